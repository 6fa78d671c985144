/** The same bytes in pieces: as the first byte of `how` says, and so on. `how` empty: byte by byte. */
export function* piecesOf(bytes: Uint8Array, how: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = 1 + (how.length === 0 ? 0 : how[turn % how.length]! % 40);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
