import type { Random } from "../../log/simulation.ts";
import { byteString, fields, frame, replies } from "../../conformance/hostile/frames.ts";
import { concat, randomBytes } from "../engine/mutate.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";
import { ClientRig } from "../support/hostile-server.ts";

/** What a piece does, in its first byte. The first piece is the server's behaviour instead. */
const Action = { frame: 0, raw: 4, lose: 5, operate: 6, wait: 7 } as const;
const RESUMED = 71;
const RECEIVED = 72;
const ENDED = 73;
const RESTORED = 74;

/**
 * A client and a server that says anything at any time: no exception leaves the client but through an operation's promise, and when the server is not
 * heard of any more every operation comes to its end.
 */
export const target: Target = {
  seeds,
  start: () => ({ attempt }),
  freshPiece,
  words: [offerOf("Multiplex"), ...["A000", "2223", "P000", "F000"].map((tag) => new Uint8Array(Buffer.from(tag)))],
  maxBytes: 1500,
};

async function attempt(input: Uint8Array): Promise<void> {
  const [behaviour = new Uint8Array(0), ...pieces] = splitPieces(input);
  const how = behaviour[0] ?? 0;
  const greets = (how & 1) === 0;
  const rig = new ClientRig({ greets, graceMs: (how & 2) === 0 ? 0 : 5000, keeps: (how & 4) !== 0 });
  await rig.settle();
  if (greets) {
    rig.receive(rig.welcome());
  }
  for (const piece of pieces) {
    const bytes = piece.subarray(1);
    switch ((piece[0] ?? 0) & 7) {
      case Action.raw:
        rig.receive(bytes);
        break;
      case Action.lose:
        rig.lose((bytes[0] ?? 0) % 2 === 0 ? undefined : new Error("cut"));
        await rig.settle();
        break;
      case Action.operate:
        bytes.forEach((number) => rig.operate(number));
        await rig.settle();
        break;
      case Action.wait:
        rig.clock.pass((bytes[0] ?? 0) * 100);
        await rig.settle();
        break;
      default:
        rig.receive(frame(bytes[0] ?? 0, bytes[1] ?? 0, bytes.subarray(2)));
    }
  }
  await rig.end();
}

function seeds(): Uint8Array[] {
  const says = (request: number, verb: number, ...content: readonly Uint8Array[]): Uint8Array =>
    concat([Uint8Array.of(Action.frame, request, verb), ...content]);
  const does = (...numbers: readonly number[]): Uint8Array => Uint8Array.of(Action.operate, ...numbers);
  const lose = Uint8Array.of(Action.lose, 1);
  const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, "latin1"));
  const booked = concat([fields([1, 1], [8, 1], [4, 1]), text("value")]);
  const leased = concat([fields([1, 2], [8, 1], [4, 1], [4, 1]), text("value")]);
  const placed = concat([fields([1, 4], [8, 1], [8, 0], [4, 1]), text("value")]);
  const chunked = concat([fields([1, 18], [8, 1], [4, 1], [8, 100], [4, 1])]);
  const failed = concat([fields([2, 1]), text("it failed")]);
  const listing = concat([fields([1, 0], [4, 1]), text("x\t1\t0\t0\tfifo\t0\t70")]);
  const raw = concat([Uint8Array.of(Action.raw), offerOf("Multiplex"), text("A000")]);
  return [
    [Uint8Array.of(0), says(1, 64), does(0, 4, 6), says(2, 64), says(3, replies.value, booked), says(4, replies.none)],
    [
      Uint8Array.of(0),
      says(1, 64),
      does(11, 13),
      says(2, replies.value, leased),
      does(8),
      says(2, 64),
      says(3, replies.failed, failed),
    ],
    [Uint8Array.of(0), says(1, 64), does(14, 15), says(2, replies.value, placed), says(3, replies.none)],
    [
      Uint8Array.of(0),
      says(1, 64),
      does(4),
      says(2, replies.value, chunked),
      says(2, replies.chunk, new Uint8Array(100)),
      says(3, 64),
    ],
    [
      Uint8Array.of(0),
      says(1, 64),
      does(20, 21, 22, 23, 26),
      ...[2, 3, 4, 5, 6].map((request) => says(request, replies.value, listing)),
    ],
    [
      Uint8Array.of(0),
      says(1, 64),
      does(3),
      says(2, replies.credit, fields([4, 100_000])),
      says(2, 64),
      does(31),
      says(3, 64),
    ],
    [Uint8Array.of(2), says(1, 64), does(4), lose, says(0, RESUMED, fields([8, 0])), says(2, replies.value, booked)],
    [Uint8Array.of(6), says(1, 64), does(0, 4), lose, says(0, RESTORED), says(1, 64), says(2, 64)],
    [Uint8Array.of(2), says(0, RECEIVED, fields([8, 10])), says(0, ENDED, failed)],
    [Uint8Array.of(1), raw, does(0, 4)],
  ].map(joinPieces);
}

function freshPiece(random: Random): Uint8Array {
  if (random.chance(0.25)) {
    return Uint8Array.of(Action.operate, ...randomBytes(random, 1 + random.below(3)).map((number) => number & 31));
  }
  if (random.chance(0.15)) {
    return Uint8Array.of(random.pick([Action.raw, Action.lose, Action.lose, Action.wait]), random.below(256));
  }
  const verb = random.pick([
    64,
    65,
    66,
    66,
    66,
    66,
    67,
    68,
    69,
    70,
    RESUMED,
    RECEIVED,
    ENDED,
    RESTORED,
    random.below(256),
  ]);
  return concat([Uint8Array.of(Action.frame, random.below(8), verb), content(verb, random)]);
}

/** Fields as the verb has them, as a rule. */
function content(verb: number, random: Random): Uint8Array {
  if (random.chance(0.05)) {
    return randomBytes(random, random.below(20));
  }
  switch (verb) {
    case replies.value:
      return value(random);
    case replies.chunk:
      return new Uint8Array(random.pick([0, 1, 50, 100, 101]));
    case replies.failed:
    case ENDED:
      return concat([fields([2, random.below(34)]), Buffer.from("a reason")]);
    case replies.welcome:
      return concat([fields([1, 1], [4, 1000], [8, 2 ** 20]), byteString("s2"), byteString("secret"), fields([1, 1])]);
    case replies.credit:
      return fields([4, random.pick([0, 1, 100_000, 2 ** 32 - 1])]);
    case RESUMED:
    case RECEIVED:
      return fields([8, random.pick([0, 1, 14, 30, 60, 2 ** 40])]);
    default:
      return new Uint8Array(0);
  }
}

function value(random: Random): Uint8Array {
  const flags = random.below(32);
  const small = (): number => random.pick([0, 1, 2, 3, 2 ** 53 - 1]);
  return concat([
    fields([1, flags]),
    ...((flags & 1) !== 0 ? [fields([8, small()])] : []),
    ...((flags & 2) !== 0 ? [fields([8, small()], [4, 1])] : []),
    ...((flags & 4) !== 0 ? [fields([8, small()], [8, small()])] : []),
    ...((flags & 16) !== 0 ? [fields([8, random.pick([0, 1, 100, 200_001, 2 ** 53 - 1])])] : []),
    fields([4, random.pick([1, 3, 11 * 2 ** 24, 11 * 2 ** 24 + 1, 2 ** 24, 0x02000217])]),
    random.pick([
      Buffer.from("text"),
      Uint8Array.of(0x82, 1, 2),
      Uint8Array.of(0xff),
      Buffer.from(">w\tFalse\nvariable\tx\tfifo\tFalse\t1"),
    ]),
  ]);
}

function offerOf(option: string): Uint8Array {
  return new Uint8Array(Buffer.from(`P00000010009${option}0000`));
}
