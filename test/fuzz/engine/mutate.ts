import type { Random } from "../../log/simulation.ts";

/** What a change may use beside the input: words that mean something, and another input. */
export interface Surroundings {
  readonly words: readonly Uint8Array[];
  readonly other: Uint8Array;
}

type Change = (bytes: Uint8Array, random: Random, around: Surroundings) => Uint8Array;

const NOTHING = new Uint8Array(0);
const LONGEST_MOVE = 64;

/** Numbers at the edges of what a field can hold. */
const edges = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 129, 192, 224, 254, 255] as const;
const longEdges = [
  0, 1, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x10_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** Ways to change bytes a little; all leave the given ones as they are. */
const changes: readonly Change[] = [
  function flipBit(bytes, random) {
    return withByte(bytes, random.below(bytes.length), (byte) => byte ^ (1 << random.below(8)));
  },
  function edgeByte(bytes, random) {
    return withByte(bytes, random.below(bytes.length), () => random.pick(edges));
  },
  function anyByte(bytes, random) {
    return withByte(bytes, random.below(bytes.length), () => random.below(256));
  },
  function nearByte(bytes, random) {
    return withByte(bytes, random.below(bytes.length), (byte) => byte + 1 + random.below(8) - 4);
  },
  function longNumber(bytes, random) {
    const width = random.pick([2, 4, 8]);
    const copy = bytes.slice();
    const at = random.below(Math.max(1, copy.length - width + 1));
    const value = random.chance(0.7) ? random.pick(longEdges) : random.below(2 ** 32);
    const isLittle = random.chance(0.3);
    for (let i = 0; i < Math.min(width, copy.length - at); i++) {
      const place = isLittle ? i : width - 1 - i;
      copy[at + i] = place < 4 ? value >>> (8 * place) : 0;
    }
    return copy;
  },
  /** Lengths in decimal are ASCII. */
  function digits(bytes, random) {
    const at = bytes.findIndex((byte, i) => i >= random.below(bytes.length) && byte >= 0x30 && byte <= 0x39);
    return at < 0 ? bytes : withByte(bytes, at, () => random.pick([0x30, 0x31, 0x32, 0x39, 0x30 + random.below(10)]));
  },
  function remove(bytes, random) {
    const [from, to] = range(bytes, random);
    return spliced(bytes, from, to, NOTHING);
  },
  function cut(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    const times = random.chance(0.1) ? 2 + random.below(30) : 1;
    const part = bytes.subarray(from, to);
    return spliced(bytes, to, to, concat(Array.from({ length: times }, () => part)));
  },
  function move(bytes, random) {
    const [from, to] = range(bytes, random);
    const at = random.below(bytes.length);
    return spliced(bytes, at, at, bytes.slice(from, to));
  },
  function insertBytes(bytes, random) {
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, at, randomBytes(random, 1 + random.below(8)));
  },
  function insertOne(bytes, random) {
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, at, new Uint8Array(1 + random.below(LONGEST_MOVE)).fill(random.pick(edges)));
  },
  function word(bytes, random, { words }) {
    return words.length === 0 ? bytes : overOrInto(bytes, random, random.pick(words));
  },
  function partOfOther(bytes, random, { other }) {
    const [from, to] = range(other, random);
    return overOrInto(bytes, random, other.subarray(from, to));
  },
  function endOfOther(bytes, random, { other }) {
    return concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length + 1))]);
  },
];

/** Bytes with some things changed in them. */
export function mutateBytes(bytes: Uint8Array, random: Random, around: Surroundings): Uint8Array {
  let result = bytes;
  for (let left = howMany(random); left > 0; left--) {
    result =
      result.length === 0 ? randomBytes(random, 1 + random.below(16)) : random.pick(changes)(result, random, around);
  }
  return result;
}

/** Mostly one or two, now and then many. */
export function howMany(random: Random): number {
  return random.chance(0.5) ? 1 : 1 << random.below(5);
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function overOrInto(bytes: Uint8Array, random: Random, part: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  return spliced(bytes, at, random.chance(0.5) ? at : Math.min(bytes.length, at + part.length), part);
}

function withByte(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = change(copy[at]!);
  return copy;
}

function range(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.below(LONGEST_MOVE))];
}

function spliced(bytes: Uint8Array, from: number, to: number, part: Uint8Array): Uint8Array {
  const result = new Uint8Array(from + part.length + bytes.length - to);
  result.set(bytes.subarray(0, from));
  result.set(part, from);
  result.set(bytes.subarray(to), from + part.length);
  return result;
}
