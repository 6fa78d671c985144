import { connect, type Socket } from "node:net";
import { Verb } from "../../src/wire/verbs.ts";

/** The bytes that clients without a client library send. */

export const CLASSIC_HANDSHAKE = Buffer.from("2222");
export const MULTIPLEXED_HANDSHAKE = Buffer.from("X000R00000010009Multiplex00011");

export function classicRequest(...args: readonly string[]): Buffer {
  const fields = args.map((arg) => String(arg.length).padStart(20, "0") + arg);
  return Buffer.from(String(args.length).padStart(4, "0") + fields.join(""), "latin1");
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function byteString(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length >>> 8, text.length), Buffer.from(text, "latin1")]);
}

export function frame(request: number, verb: number, ...fields: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([u32(5 + body.length), u32(request), Buffer.of(verb), body]);
}

/** Begins a session that does not outlive its connection, unless `graceMs` says so, and uses workspace `load` as handle 0, its variable `name` as number 0. */
export function sessionBegin(name: string, graceMs = 0): Buffer {
  return Buffer.concat([
    MULTIPLEXED_HANDSHAKE,
    frame(1, Verb.hello, Buffer.of(1), u32(graceMs), byteString("load")),
    frame(2, Verb.open, u32(0), Buffer.of(4), byteString("load")),
    frame(0, Verb.name, u32(0), u32(0), Buffer.from(name)),
  ]);
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A socket whose failures are told by its `close` alone. */
export function dial({ host, port }: Target): Socket {
  const socket = connect({ host, port, noDelay: true });
  socket.on("error", () => undefined);
  return socket;
}
