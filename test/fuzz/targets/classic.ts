import type { ServerOptions } from "../../../src/server/server.ts";
import type { Random } from "../../log/simulation.ts";
import { dictionary, request } from "../../conformance/hostile/classic-bytes.ts";
import { concat } from "../engine/mutate.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";
import { ClassicClient } from "../support/classic-client.ts";
import { conversations } from "../support/conversations.ts";
import type { FuzzServer } from "../support/fuzz-server.ts";
import { piecesOf } from "../support/pieces-of.ts";

/** What a piece does, in its first byte: the connection in the lowest two bits, the action in the next three. The rest are bytes. */
const Action = { send: 0, sendCut: 1, sendAgain: 2, connect: 3, hangUp: 4, end: 5, wait: 6, stop: 7 } as const;

const plain = Buffer.from("1111");

/**
 * A server and up to three clients of the classic protocol: whatever they send, each request is answered once (or its connection is closed),
 * another client is served, and nothing is left when all have gone.
 */
export const target: Target = classicTarget({});

/** The same, with a server of other options. */
export function classicTarget(options: Partial<ServerOptions>): Target {
  return {
    seeds,
    start: conversations(options, play),
    words: [
      "0000",
      "0001",
      "0005",
      "9999",
      "00000000000000000000",
      "00000000000000000001",
      "09007199254740993",
      "-999",
      "%d",
      "__default",
    ].map((word) => new Uint8Array(Buffer.from(word))),
    freshPiece,
    maxBytes: 2000,
  };
}

async function play(server: FuzzServer, input: Uint8Array): Promise<void> {
  const clients: (ClassicClient | undefined)[] = [];
  const deaf = new Set<ClassicClient>();
  const connect = (which: number, greeting: Uint8Array): ClassicClient => {
    const client = new ClassicClient(server.connect());
    clients[which] = client;
    client.send(greeting);
    return client;
  };
  for (const piece of splitPieces(input)) {
    const which = (piece[0] ?? 0) & 3;
    const action = ((piece[0] ?? 0) >> 2) & 7;
    const bytes = piece.subarray(1);
    if (action === Action.connect) {
      clients[which]?.socket.destroy();
      connect(which, bytes);
      continue;
    }
    const client = clients[which] ?? connect(which, plain);
    switch (action) {
      case Action.sendCut:
        for (const part of piecesOf(bytes.subarray(1), bytes.subarray(0, 1))) {
          client.send(part);
        }
        break;
      case Action.hangUp:
        client.socket.destroy();
        await server.settle();
        clients[which] = undefined;
        break;
      case Action.end:
        client.socket.sendEnd();
        await server.settle();
        break;
      case Action.wait:
        server.clock.pass((bytes[0] ?? 1) * 300);
        await server.settle();
        break;
      case Action.stop: {
        const isDeaf = (bytes[0] ?? 0) % 2 === 1;
        client.socket.stop(isDeaf);
        deaf[isDeaf ? "add" : "delete"](client);
        break;
      }
      default:
        client.send(bytes);
    }
  }
  clients.forEach((client) => client?.socket.stop(false));
  await server.settle();
  clients.forEach((client) => client?.check(false));
}

function seeds(): Uint8Array[] {
  const send = (which: number, ...requests: readonly Uint8Array[]): Uint8Array[] =>
    requests.map((each) => concat([Uint8Array.of(which), each]));
  const options = (wanted: Readonly<Record<string, string>>): Uint8Array =>
    concat([Uint8Array.of(Action.connect << 2), Buffer.from("X000R000"), dictionary(wanted)]);
  const work = [
    request("open ws", "w", "label", "no"),
    request("declare var", "w", "x", "single"),
    request("store", "w", "x", "1", "value"),
    request("store", "w", "y", "16777216", "z".repeat(500)),
    request("find", "w", "x"),
    request("ifindTry", "w", "y", "", "-999"),
    request("ifetchTry", "w", "y", "", "-999"),
    request("list vars", "w"),
    request("list wss"),
    request("mktemp ws", "t%d"),
    request("delete var", "w", "x"),
    request("fetchTry", "w", "x"),
    request("deadman"),
    request("delete ws", "w"),
  ];
  const waiting = [
    ...send(0, request("open ws", "w", "", "no"), request("fetch", "w", "x")),
    ...send(1, request("use ws", "w"), request("find", "w", "x")),
    ...send(2, request("use ws", "w", "", ""), request("store", "w", "x", "1", "v"), request("delete var", "w", "x")),
  ];
  const withMetadata = work.map((each) => concat([Uint8Array.of(0), dictionary({ a: "b" }), each]));
  return [
    joinPieces(send(0, ...work)),
    joinPieces([concat([Uint8Array.of(0), ...work])]),
    joinPieces(waiting),
    joinPieces([...waiting, Uint8Array.of(Action.hangUp << 2), ...send(3, request("open ws", "w", "", "yes"))]),
    joinPieces([options({ MetadataFromServer: "1" }), ...send(0, ...work)]),
    joinPieces([options({ MetadataToServer: "1", MetadataFromServer: "1" }), ...withMetadata]),
    joinPieces([options({ Multiplex: "1" }), ...send(0, Buffer.of(0, 0, 0, 9))]),
  ];
}

const names = ["w", "v", "__default", "", "a\tb", "n".repeat(65), "\xff\xfe"];
const variables = ["x", "y", "", "n".repeat(64), "n".repeat(65)];
const modes = ["fifo", "lifo", "multi", "single", "unknown", ""];
const descriptors = ["0", "1", "3", "16777216", "4294967295", "4294967296", "x", ""];
const templates = ["%d", "t%04d", "%s", "%", "%d%d", ""];
const ids = ["", "1".padEnd(20), "2".padEnd(20), "3".padEnd(20), " ".repeat(20), "9007199254740993"];
const indices = ["-999", "0", "1", "00000000000000000001", "x", "99999999999999999999"];

/** Arguments of every verb, mostly such as make sense. */
const verbs: readonly ((random: Random) => string[])[] = [
  (r) => [
    "open ws",
    r.pick(names),
    "label",
    r.pick(["yes", "no", ""]),
    ...r.pick([[], ["yes"], ["no"], ["yes", "os"], ["yes", "never"]]),
  ],
  (r) => ["use ws", r.pick(names), ...r.pick([[], ["", ""], ["", "", "no"]])],
  (r) => ["delete ws", r.pick(names)],
  (r) => ["list wss", ...r.pick([[], [r.pick(names)]])],
  (r) => ["mktemp ws", ...r.pick([[], [r.pick(templates)]])],
  (r) => ["list vars", r.pick(names)],
  (r) => ["declare var", r.pick(names), r.pick(variables), r.pick(modes)],
  (r) => ["delete var", r.pick(names), r.pick(variables)],
  ...Array.from({ length: 3 }, () => (r: Random) => [
    "store",
    r.pick(names),
    r.pick(variables),
    r.pick(descriptors),
    "v".repeat(r.below(r.pick([2, 20, 800]))),
  ]),
  ...["fetch", "fetchTry", "find", "findTry"].map((verb) => (r: Random) => [verb, r.pick(names), r.pick(variables)]),
  ...["ifetch", "ifetchTry", "ifind", "ifindTry"].map((verb) => (r: Random) => [
    verb,
    r.pick(names),
    r.pick(variables),
    r.pick(ids),
    r.pick(indices),
  ]),
  () => ["deadman"],
  (r) => ["no such verb", r.pick(names)],
];

function freshPiece(random: Random): Uint8Array {
  const action = random.chance(0.8) ? random.below(2) : random.below(8);
  const first = random.below(3) + action * 4;
  const args = random.pick(verbs)(random);
  const body =
    action === Action.connect
      ? random.pick([
          plain,
          Buffer.from("2222"),
          concat([Buffer.from("X000R000"), dictionary({ MetadataToServer: random.pick(["0", "1"]) })]),
        ])
      : action >= Action.hangUp
        ? Uint8Array.of(random.below(256))
        : request(...args);
  return concat([action === Action.sendCut ? Uint8Array.of(first, random.below(256)) : Uint8Array.of(first), body]);
}
