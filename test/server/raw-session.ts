import { Reply, Verb } from "../../src/wire/verbs.ts";
import {
  byteString,
  describe,
  frame,
  type RawFrame,
  RawMultiplexed,
  readValue,
  u32,
  u64,
  u8,
} from "./raw-multiplexed.ts";

interface Target {
  readonly host: string;
  readonly port: number;
}

/** A session that outlives its connections, in a client that counts bytes and does just what it is told. */
export class RawSession {
  readonly #target: Target;
  client: RawMultiplexed;
  readonly id: string;
  readonly secret: string;
  readonly graceMs: number;
  /** All that was written behind `hello`. */
  sent = Buffer.alloc(0);
  /** How much of the server's stream was read. */
  receivedCount = 0;

  private constructor(target: Target, client: RawMultiplexed, welcome: RawFrame) {
    this.#target = target;
    this.client = client;
    const { fields } = welcome;
    this.graceMs = fields.readUInt32BE(1);
    const idEnd = 15 + fields.readUInt16BE(13);
    this.id = fields.toString("latin1", 15, idEnd);
    this.secret = fields.toString("latin1", idEnd + 2, idEnd + 2 + fields.readUInt16BE(idEnd));
  }

  static async begin(target: Target, graceMs = 10_000): Promise<RawSession> {
    const client = await RawMultiplexed.connect(target);
    const welcome = await client.ask(1, Verb.hello, u8(1), u32(graceMs), byteString("test"));
    return new RawSession(target, client, welcome);
  }

  /** Begins one that owns workspace `w` as handle 0, and calls variable `x` 0. */
  static async ready(target: Target, graceMs = 10_000): Promise<RawSession> {
    const session = await RawSession.begin(target, graceMs);
    await session.ask(1, Verb.open, u32(0), u8(5), byteString("w"));
    session.send(1, Verb.name, u32(0), u32(0), Buffer.from("x"));
    return session;
  }

  write(bytes: Uint8Array): void {
    this.sent = Buffer.concat([this.sent, bytes]);
    this.client.raw.write(bytes);
  }

  send(request: number, verb: number, ...fields: readonly Uint8Array[]): void {
    this.write(frame(request, verb, ...fields));
  }

  async next(): Promise<RawFrame> {
    const reply = await this.client.next();
    this.receivedCount += 9 + reply.fields.length;
    return reply;
  }

  async ask(request: number, verb: number, ...fields: readonly Uint8Array[]): Promise<RawFrame> {
    this.send(request, verb, ...fields);
    const reply = await this.next();
    if (reply.request !== request) {
      throw new Error(`an answer to ${reply.request} instead of ${request}`);
    }
    return reply;
  }

  async store(value: string): Promise<void> {
    const reply = await this.ask(9, Verb.store, u32(0), u32(1), Buffer.from(value));
    if (reply.verb !== Reply.done) {
      throw new Error(describe(reply));
    }
  }

  async fetch(): Promise<string> {
    return readValue(await this.ask(9, Verb.fetch, u32(0), u8(0))).bytes.toString();
  }

  cut(): void {
    this.client.raw.destroy();
  }

  /** Connects anew and asks to resume, maybe with something that is not true. Returns the new connection and the answer. */
  async tryResume(
    count = this.receivedCount,
    id = this.id,
    secret = this.secret,
  ): Promise<{ readonly client: RawMultiplexed; readonly answer: RawFrame }> {
    const client = await RawMultiplexed.connect(this.#target);
    return { client, answer: await client.ask(7, Verb.resume, byteString(id), byteString(secret), u64(count)) };
  }

  /** Comes back and sends again what the server has not received. */
  async resume(count = this.receivedCount): Promise<void> {
    const { client, answer } = await this.tryResume(count);
    if (answer.verb !== Reply.resumed) {
      throw new Error(`resume is answered ${describe(answer)}`);
    }
    this.client = client;
    this.receivedCount = count;
    client.raw.write(this.sent.subarray(Number(answer.fields.readBigUInt64BE(0))));
  }
}
