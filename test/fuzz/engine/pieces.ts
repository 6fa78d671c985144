/** An input that is a list: each piece has a u16 length before it. Whatever bytes are given, they are such a list. */

const MOST_PIECE_BYTES = 0xffff;

export function splitPieces(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at + 2 <= input.length;) {
    const length = input[at]! * 256 + input[at + 1]!;
    pieces.push(input.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return pieces;
}

/** Longer pieces are cut. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const cut = pieces.map((piece) => piece.subarray(0, MOST_PIECE_BYTES));
  const input = new Uint8Array(cut.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const piece of cut) {
    input[at] = piece.length >> 8;
    input[at + 1] = piece.length & 0xff;
    input.set(piece, at + 2);
    at += 2 + piece.length;
  }
  return input;
}
