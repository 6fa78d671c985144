import type { Random } from "../../log/simulation.ts";
import { byteString, fields } from "../../conformance/hostile/frames.ts";
import { concat, randomBytes } from "../engine/mutate.ts";

type Field = (random: Random) => Uint8Array;

const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, "latin1"));
const u8 =
  (...choices: readonly number[]): Field =>
  (random) =>
    fields([1, random.pick(choices)]);
const u32 =
  (...choices: readonly number[]): Field =>
  (random) =>
    fields([4, random.pick(choices)]);
const u64 =
  (...choices: readonly number[]): Field =>
  (random) =>
    fields([8, random.pick(choices)]);
const oneOf =
  (...choices: readonly string[]): Field =>
  (random) =>
    text(random.pick(choices));

const variable = u32(0, 0, 0, 1, 1, 2, 3, 15, 16, 2 ** 32 - 1);
const handle = u32(0, 0, 0, 1, 2, 16);
const descriptor = u32(0, 1, 3, 11 * 2 ** 24, 2 ** 32 - 1);
const number = u64(1, 1, 2, 3, 4, 5, 0, 2 ** 48, 2 ** 53 - 1);
const milliseconds = u32(0, 1, 200, 5000, 2 ** 31, 2 ** 32 - 1);
const period = u64(0, 1, 200, 5000, 2 ** 48, 2 ** 53 - 1);
const length = u64(0, 1, 10, 100, 131_073, 300_000, 600_001, 2 ** 53 - 1);
const workspaceName: Field = (random) =>
  byteString(random.pick(["w", "w", "v", "__default", "", "a\tb", "n".repeat(65)]));
const bytes: Field = (random) => new Uint8Array(random.below(random.pick([2, 20, 400]))).fill(random.below(256));
const manyBytes: Field = (random) => new Uint8Array(random.pick([1, 9, 10, 100, 1000])).fill(7);

/** What the flags announce is there, or too much, or too little. */
const read: Field = (random) => {
  const flags = random.chance(0.9) ? random.below(32) : random.below(256);
  const announced = [
    ...((flags & 2) !== 0 ? [milliseconds] : []),
    ...((flags & 4) !== 0 ? [u32(1, 2, 3, 100, 0, 2 ** 32 - 1)] : []),
    ...((flags & 8) !== 0 ? [u64(1, 2, 3, 4), u64(0, 1, 2, 2 ** 53 - 1)] : []),
    ...((flags & 16) !== 0 ? [milliseconds] : []),
  ];
  return concat([fields([1, flags]), ...announced.map((field) => field(random))]);
};

/** What a store may say beside its value. */
const storeOptions: Field = (random) => {
  const flags = random.chance(0.9) ? random.below(4) : random.below(256);
  return concat([
    fields([1, flags]),
    ...((flags & 1) !== 0 ? [milliseconds(random)] : []),
    ...((flags & 2) !== 0 ? [period(random)] : []),
  ]);
};

const limits: Field = (random) => {
  const flags = random.chance(0.9) ? random.below(16) : random.below(256);
  return concat([
    fields([1, flags]),
    ...((flags & 1) !== 0 ? [u64(0, 1, 2, 3, 2 ** 53 - 1)(random)] : []),
    ...((flags & 2) !== 0 ? [u64(0, 1, 10, 1000, 2 ** 53 - 1)(random)] : []),
    ...((flags & 4) !== 0 ? [u8(0, 1, 2, 3)(random)] : []),
    ...((flags & 8) !== 0 ? [period(random)] : []),
  ]);
};

const open: Field = (random) => {
  const flags = random.chance(0.9) ? random.pick([0, 1, 3, 4, 5, 7, 15, 21, 36, 37, 47]) : random.below(256);
  return concat([
    fields([1, flags]),
    workspaceName(random),
    ...((flags & 8) !== 0 ? [fields([1, random.below(5)])] : []),
    ...((flags & 32) !== 0 ? [period(random)] : []),
  ]);
};

const severalValues: Field = (random) =>
  concat(
    Array.from({ length: random.below(4) }, () => {
      const value = bytes(random);
      const said = random.chance(0.95) ? value.length : random.pick([0, value.length + 1, 2 ** 32 - 1]);
      return concat([descriptor(random), fields([4, said]), value]);
    }),
  );

/** Every verb with its fields, by docs/protocol.md; a new verb is a new line here. */
export const frameKinds: readonly (readonly [verb: number, ...fields: readonly Field[]])[] = [
  [2, variable, handle, oneOf("x", "x", "y", "z", "", "a\tb", "n".repeat(65))],
  [3, handle, open],
  [4, handle],
  [5, handle],
  [6, oneOf("", "w", "nowhere")],
  [7, handle, oneOf("", "t%d", "%s", "%d%d")],
  [8, handle],
  [9, variable, oneOf("fifo", "lifo", "multi", "single", "unknown", "")],
  [10, variable],
  [11, variable, descriptor, bytes],
  [11, variable, descriptor, bytes],
  [12, variable, severalValues],
  ...[16, 17, 18, 19, 20, 21, 22, 23].map((verb) => [verb, variable, read] as const),
  ...[16, 17].map((verb) => [verb, variable, u8(0, 1)] as const),
  [24, number],
  [25, number],
  [26, u8(0, 1, 2), number],
  [27, number, variable, descriptor, bytes],
  [28],
  [29],
  [30, manyBytes],
  [31, u32(0, 1, 1000, 2 ** 20, 2 ** 32 - 1)],
  [32],
  [33],
  [34, () => byteString("s1"), () => byteString("secret")],
  [35, variable],
  [37, u64(0, 1, 50, 100, 2 ** 53 - 1)],
  [38, number, milliseconds],
  [40, number],
  [41, (random) => (random.chance(0.5) ? new Uint8Array(0) : workspaceName(random))],
  [42, u32(0, 1, 2, 2 ** 32 - 1), u64(0, 1, 2 ** 53 - 1)],
  [64 + 9, variable, limits, oneOf("fifo", "lifo", "multi", "single", "")],
  [64 + 11, variable, storeOptions, descriptor, bytes],
  [64 + 12, variable, storeOptions, severalValues],
  [64 + 27, number, variable, storeOptions, descriptor, bytes],
  [128 + 64 + 11, variable, storeOptions, descriptor, length],
  [128 + 11, variable, descriptor, length],
  [128 + 12, variable, length],
  [128 + 27, number, variable, descriptor, length],
  // What a session does not begin twice, and what is not known.
  [1, u8(1), milliseconds, () => byteString("again")],
  [36, () => byteString("s1"), () => byteString("secret"), number],
  [39, number, u32(0), number],
  [43, oneOf("n,,n=0123456789ab,r=x", "p=tls-exporter,,n=a,r=b", "n,,", "")],
  [44, oneOf("c=biws,r=x,p=AAAA", "")],
  [45, variable],
  [200],
];

/** The fields of a frame of this kind. */
export function frameContent([, ...each]: (typeof frameKinds)[number], random: Random): Uint8Array {
  return random.chance(0.02) ? randomBytes(random, random.below(20)) : concat(each.map((field) => field(random)));
}
