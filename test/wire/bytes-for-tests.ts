import { latin1 } from "../../src/wire/index.ts";

/** The bytes of a byte string. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A byte string of these bytes. */
export function textOf(bytes: Uint8Array): string {
  return latin1(bytes);
}

/** The bytes of "00 0a ff": hexadecimal with spaces anywhere. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replaceAll(" ", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * The ways in which a network may cut `bytes`: not at all, in two at every offset (with an empty piece at either end), and one
 * byte at a time. Every piece is a copy in a larger buffer, so that who reads outside of it is found out.
 */
export function* cuttings(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  for (let at = 0; at <= bytes.length; at++) {
    yield [piece(bytes, 0, at), piece(bytes, at, bytes.length)];
  }
  yield Array.from(bytes, (_, at) => piece(bytes, at, at + 1));
}

/** Cut after as many bytes as `lengths` says, over and over. */
export function cutBy(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + lengths[i % lengths.length]!);
    pieces.push(piece(bytes, at, end));
    at = end;
  }
  return pieces;
}

function piece(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const surroundings = new Uint8Array(end - start + 32).fill(0x39);
  surroundings.set(bytes.subarray(start, end), 16);
  return surroundings.subarray(16, 16 + end - start);
}
