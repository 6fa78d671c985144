import { randomFillSync } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { Verb } from "../../src/wire/verbs.ts";
import { serveCalls } from "../harness/calls.ts";
import { CLASSIC_HANDSHAKE, dial, frame, sessionBegin, type Target, u32 } from "../load/raw.ts";

/** One client that means no good. */

export const attacks = ["garbage", "flood", "never-reads", "connects"] as const;
export type Attack = (typeof attacks)[number];

export interface AttackPlan {
  readonly target: Target;
  readonly attack: Attack;
  /** Of `connects`: how many a second. */
  readonly rate: number;
}

export interface AttackFigures {
  readonly seconds: number;
  readonly sentBytes: number;
  readonly connections: number;
}

const PIECE_BYTES = 65_536;
/** A connection that the server has not closed by then is closed, and another kind of garbage is tried. */
const GARBAGE_MS = 250;
/** `never-reads` opens a connection this often, and has so many at a time. */
const UNREAD_EVERY_MS = 100;
const UNREAD_AT_A_TIME = 50;
/** Connections are opened in groups, one each so many milliseconds. */
const GROUP_MS = 5;

let sentBytes = 0;
let connections = 0;
let since = 0;
let stop: () => void = () => undefined;

const calls = {
  begin({ target, attack, rate }: AttackPlan): void {
    sentBytes = 0;
    connections = 0;
    since = performance.now();
    stop = { garbage, flood, "never-reads": neverReads, connects }[attack](target, rate);
  },

  end(): AttackFigures {
    stop();
    return { seconds: (performance.now() - since) / 1000, sentBytes, connections };
  },

  /** A server that reads what comes, throws it away, and answers nothing: what an attack on it costs the others the machine costs them. */
  async sink(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => undefined);
      socket.resume();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
};

export type AttackerCalls = typeof calls;

/** Sends the same piece as fast as it goes, until the connection is closed. */
function pour(socket: Socket, first: Uint8Array, piece: Uint8Array): void {
  const more = (): void => {
    let goesOn = true;
    while (goesOn && socket.writable) {
      goesOn = socket.write(piece);
      sentBytes += piece.length;
    }
  };
  socket.on("connect", () => {
    connections++;
    socket.write(first);
    more();
  });
  socket.on("drain", more);
}

const noise = randomFillSync(Buffer.alloc(PIECE_BYTES));

/** What is sent first, and then for ever. */
const garbages: readonly { readonly first: Buffer; readonly piece: Buffer }[] = [
  { first: noise, piece: noise },
  { first: CLASSIC_HANDSHAKE, piece: noise },
  // Requests of no arguments, four bytes each.
  { first: CLASSIC_HANDSHAKE, piece: Buffer.alloc(PIECE_BYTES, "0") },
  { first: sessionBegin("garbage"), piece: noise },
  // Frames of the shortest length, with a verb that there is not.
  { first: sessionBegin("garbage"), piece: repeated(frame(7, 120)) },
];

/** Garbage of all kinds in turn, answers are read. */
function garbage(target: Target): () => void {
  let isOver = false;
  let kind = 0;
  let socket: Socket | undefined;
  const next = (): void => {
    if (isOver) {
      return;
    }
    const { first, piece } = garbages[kind++ % garbages.length]!;
    const dialled = dial(target);
    socket = dialled;
    dialled.resume();
    pour(dialled, first, piece);
    const timer = setTimeout(() => dialled.destroy(), GARBAGE_MS);
    dialled.on("close", () => {
      clearTimeout(timer);
      setImmediate(next);
    });
  };
  next();
  return () => {
    isOver = true;
    socket?.destroy();
  };
}

/** Requests that are right, as many as go; answers are read. */
function flood(target: Target): () => void {
  const socket = dial(target);
  socket.resume();
  pour(socket, sessionBegin("flood"), repeated(frame(7, Verb.findTry, u32(0), Buffer.of(0))));
  return () => socket.destroy();
}

/** Has stored 100 kB, asks for them again and again, on more and more connections, and reads none of the answers. */
function neverReads(target: Target): () => void {
  const sockets: Socket[] = [];
  const value = Buffer.alloc(100_000, "v");
  const first = Buffer.concat([sessionBegin("unread"), frame(3, Verb.store, u32(0), u32(1), value)]);
  const piece = repeated(frame(7, Verb.find, u32(0), Buffer.of(0)));
  const open = (): void => {
    const socket = dial(target);
    socket.pause();
    sockets.push(socket);
    pour(socket, first, piece);
    if (sockets.length > UNREAD_AT_A_TIME) {
      sockets.shift()!.destroy();
    }
  };
  open();
  const timer = setInterval(open, UNREAD_EVERY_MS);
  return () => {
    clearInterval(timer);
    sockets.forEach((socket) => socket.destroy());
  };
}

/** Opens connections and closes them as soon as they are there. */
function connects(target: Target, rate: number): () => void {
  const startedAt = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * rate;
    for (; begun < due; begun++) {
      const socket = dial(target);
      socket.on("connect", () => {
        connections++;
        socket.destroy();
      });
    }
  }, GROUP_MS);
  return () => clearInterval(timer);
}

function repeated(bytes: Buffer): Buffer {
  return Buffer.concat(Array<Buffer>(Math.max(1, Math.floor(PIECE_BYTES / bytes.length))).fill(bytes));
}

serveCalls(calls);
