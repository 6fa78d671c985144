import type { ServerOptions } from "../../../src/server/server.ts";
import type { Random } from "../../log/simulation.ts";
import { byteString, fields, verbs } from "../../conformance/hostile/frames.ts";
import { concat } from "../engine/mutate.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";
import { conversations } from "../support/conversations.ts";
import { frameContent, frameKinds } from "../support/frame-kinds.ts";
import type { FuzzServer } from "../support/fuzz-server.ts";
import { MultiplexedClient } from "../support/multiplexed-client.ts";

/** What a piece does, in its first byte: the session in the lowest two bits, the action in the next three. The rest are bytes. */
const Action = { frame: 0, raw: 3, cut: 4, resume: 5, wait: 6, stop: 7 } as const;

/** No input asks with this number. */
const PING = 0xfefe_fefe;
/** Grace times, by session. */
const graceMs = [0, 0, 5000, 60_000] as const;
/** More than all limits allow to be unsent at a time. */
const MOST_TURNS = 20;

/**
 * A server and up to four sessions of the multiplexed protocol, which lose their connections and come back: whatever they send, each request has
 * one answer (or its session is over), another client is served, and nothing is left when all have gone.
 */
export const target: Target = multiplexedTarget({});

/** The same, with a server of other options. */
export function multiplexedTarget(options: Partial<ServerOptions>): Target {
  return {
    seeds,
    start: conversations(options, play),
    freshPiece,
    maxBytes: 2000,
  };
}

async function play(server: FuzzServer, input: Uint8Array): Promise<void> {
  const clients: (MultiplexedClient | undefined)[] = [];
  for (const piece of splitPieces(input)) {
    const which = (piece[0] ?? 0) & 3;
    const action = ((piece[0] ?? 0) >> 2) & 7;
    const bytes = piece.subarray(1);
    const client = (clients[which] ??= begin(server, which));
    switch (action) {
      case Action.raw:
        client.sendRaw(bytes);
        break;
      case Action.cut:
        client.read();
        client.socket.destroy();
        await server.settle();
        break;
      case Action.resume:
        client.read();
        if (client.canResume) {
          client.resume(server.connect());
          client.read();
        }
        break;
      case Action.wait:
        server.clock.pass((bytes[0] ?? 1) * 300);
        await server.settle();
        break;
      case Action.stop:
        client.socket.stop((bytes[0] ?? 0) % 2 === 1);
        break;
      default:
        client.sendFrame(bytes[0] ?? 0, bytes[1] ?? 0, bytes.subarray(2));
        client.read();
    }
  }
  for (const client of clients) {
    if (client !== undefined) {
      await takeLeave(server, client);
    }
  }
}

function begin(server: FuzzServer, which: number): MultiplexedClient {
  const client = new MultiplexedClient(server.connect(), graceMs[which]!);
  client.read();
  return client;
}

/** Reads all there is; then asks for a last answer, and says goodbye: and must have had all answers. */
async function takeLeave(server: FuzzServer, client: MultiplexedClient): Promise<void> {
  client.socket.stop(false);
  await readAll(server, client);
  if (!client.isOpen() || !client.isInStep) {
    return;
  }
  client.sendFrame(PING, verbs.ping, new Uint8Array(0));
  await readAll(server, client);
  if (!client.isOpen()) {
    return;
  }
  if (client.unanswered.includes(PING)) {
    throw new Error("a ping is not answered");
  }
  client.sendFrame(PING, verbs.goodbye, new Uint8Array(0));
  await readAll(server, client);
  if (client.unanswered.length > 0) {
    throw new Error(`requests ${client.unanswered.join(", ")} have no answer, though the session has ended in order`);
  }
}

async function readAll(server: FuzzServer, client: MultiplexedClient): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    await server.settle();
    if (!client.read()) {
      break;
    }
  }
}

function piece(which: number, action: number, ...content: readonly Uint8Array[]): Uint8Array {
  return concat([Uint8Array.of(which + action * 4), ...content]);
}

function seeds(): Uint8Array[] {
  const ask = (which: number, request: number, verb: number, ...content: readonly Uint8Array[]): Uint8Array =>
    piece(which, Action.frame, Uint8Array.of(request, verb), ...content);
  const text = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1));
  const begun = (which: number, flags = 5): Uint8Array[] => [
    ask(which, 1, verbs.open, fields([4, 0], [1, flags]), byteString("w")),
    ask(which, 0, verbs.name, fields([4, 0], [4, 0]), text("x")),
  ];
  const store = (which: number, request: number): Uint8Array =>
    ask(which, request, verbs.store, fields([4, 0], [4, 1]), text("value"));
  const fetch = (which: number, request: number, flags = 0): Uint8Array =>
    ask(which, request, verbs.fetch, fields([4, 0], [1, flags]));
  const several = concat([fields([4, 1], [4, 2]), text("ab"), fields([4, 1], [4, 0])]);
  return [
    joinPieces([
      ...begun(0),
      store(0, 2),
      fetch(0, 3),
      ask(0, 0, verbs.confirm, fields([8, 1])),
      ask(0, 4, verbs.info),
    ]),
    joinPieces([
      ...begun(0),
      store(0, 2),
      fetch(0, 3, 1),
      ask(0, 4, verbs.ack, fields([8, 1])),
      ask(0, 5, verbs.listVars, fields([4, 0])),
    ]),
    joinPieces([
      ...begun(0),
      ask(0, 2, verbs.storeSeveral, fields([4, 0]), several),
      ask(0, 3, verbs.ifetch, fields([4, 0], [1, 4], [4, 5])),
    ]),
    joinPieces([
      ...begun(2),
      fetch(2, 2),
      piece(2, Action.cut),
      ...begun(0, 4),
      store(0, 2),
      piece(2, Action.resume),
      fetch(2, 3),
    ]),
    joinPieces([
      ...begun(3, 7),
      fetch(3, 2),
      piece(3, Action.wait, Uint8Array.of(3)),
      piece(3, Action.resume),
      ask(3, 2, verbs.cancel),
    ]),
    joinPieces([
      ...begun(0),
      ask(0, 2, 128 + verbs.store, fields([4, 0], [4, 1], [8, 100])),
      ask(0, 2, verbs.chunk, new Uint8Array(100)),
      fetch(0, 3, 2),
    ]),
    joinPieces([
      ...begun(0),
      store(0, 2),
      ask(0, 3, 41, byteString("w")),
      ask(0, 4, 42, fields([4, 0], [8, 0])),
      ask(0, 5, 35, fields([4, 0])),
    ]),
    joinPieces([
      ...begun(0),
      ask(0, 2, 128 + verbs.store, fields([4, 0], [4, 1], [8, 150_000])),
      ...Array.from({ length: 150 }, () => ask(0, 2, verbs.chunk, new Uint8Array(10))),
    ]),
  ];
}

function freshPiece(random: Random): Uint8Array {
  const which = random.pick([0, 0, 0, 1, 2, 3]);
  if (random.chance(0.85)) {
    const kind = random.pick(frameKinds);
    return piece(which, Action.frame, Uint8Array.of(random.below(6), kind[0]), frameContent(kind, random));
  }
  return piece(
    which,
    random.pick([Action.raw, Action.cut, Action.resume, Action.resume, Action.wait, Action.stop]),
    Uint8Array.of(random.below(256)),
  );
}
