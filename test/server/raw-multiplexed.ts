import { failureName } from "../../src/wire/failure-codes.ts";
import { Reply, ValueFlag, Verb, WINDOW_BYTES } from "../../src/wire/verbs.ts";
import { RawSocket } from "./raw-socket.ts";

export interface RawFrame {
  readonly request: number;
  readonly verb: number;
  readonly fields: Buffer;
}

export interface RawValue {
  readonly booking: number;
  readonly lease: number;
  /** How often a leased value was given out, this time included; else 0. */
  readonly deliveries: number;
  readonly variableId: number;
  readonly index: number;
  readonly hasMore: boolean;
  /** Announced length of a value in chunks. */
  readonly chunkedLength: number | undefined;
  readonly descriptor: number;
  readonly bytes: Buffer;
}

export const u8 = (value: number): Buffer => Buffer.of(value);
export const u16 = (value: number): Buffer => Buffer.of(value >>> 8, value);
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
export const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
export const text = (value: string): Buffer => Buffer.from(value, "latin1");
export const byteString = (value: string): Buffer => Buffer.concat([u16(value.length), text(value)]);

export function frame(request: number, verb: number, ...fields: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([u32(5 + body.length), u32(request), u8(verb), body]);
}

/** Where to connect, or a connection that is there. */
type Target = { host: string; port: number } | { path: string } | RawSocket;

/** A client of the multiplexed protocol that does just what it is told. */
export class RawMultiplexed {
  readonly raw: RawSocket;

  constructor(raw: RawSocket) {
    this.raw = raw;
  }

  /** Connects and agrees on the protocol; sends no frame. */
  static async connect(target: Target): Promise<RawMultiplexed> {
    const raw = target instanceof RawSocket ? target : await RawSocket.to(target);
    raw.write("X000R00000010009Multiplex00011");
    await raw.read(4);
    for (let left = 2 * Number((await raw.read(4)).toString()); left > 0; left--) {
      await raw.read(Number((await raw.read(4)).toString()));
    }
    if ((await raw.read(4)).toString() !== "A000") {
      throw new Error("the server does not agree on Multiplex");
    }
    return new RawMultiplexed(raw);
  }

  /** Says hello, opens workspace `w` as handle 0, and names variable `x` 0. */
  static async ready(target: Target): Promise<RawMultiplexed> {
    const client = await RawMultiplexed.connect(target);
    await client.ask(1, Verb.hello, u8(1), u32(0), byteString("test"));
    await client.open("w", "x");
    return client;
  }

  async open(workspace: string, ...variables: readonly string[]): Promise<void> {
    await this.ask(1, Verb.open, u32(0), u8(4), byteString(workspace));
    variables.forEach((name, number) => {
      this.send(1, Verb.name, u32(number), u32(0), text(name));
    });
  }

  send(request: number, verb: number, ...fields: readonly Uint8Array[]): void {
    this.raw.write(frame(request, verb, ...fields));
  }

  /** Sends a request and returns the next frame, which must be its answer. */
  async ask(request: number, verb: number, ...fields: readonly Uint8Array[]): Promise<RawFrame> {
    this.send(request, verb, ...fields);
    const reply = await this.next();
    if (reply.request !== request) {
      throw new Error(`an answer to ${reply.request} instead of ${request}`);
    }
    return reply;
  }

  async next(): Promise<RawFrame> {
    const head = await this.raw.read(9);
    const fields = await this.raw.read(head.readUInt32BE(0) - 5);
    return { request: head.readUInt32BE(4), verb: head.readUInt8(8), fields };
  }

  async store(request: number, value: string, variable = 0): Promise<void> {
    const reply = await this.ask(request, Verb.store, u32(variable), u32(1), text(value));
    if (reply.verb !== Reply.done) {
      throw new Error(`store answered ${describe(reply)}`);
    }
  }

  async fetch(request: number, flags = 0, variable = 0): Promise<RawValue> {
    return readValue(await this.ask(request, Verb.fetch, u32(variable), u8(flags)));
  }

  /** Sends a value in chunks, as far as credit reaches, and returns the answer. */
  async upload(request: number, value: Uint8Array, variable = 0): Promise<RawFrame> {
    this.send(request, Verb.store | 0x80, u32(variable), u32(3), u64(value.length));
    let credit = WINDOW_BYTES;
    let at = 0;
    while (at < value.length) {
      while (credit === 0) {
        const reply = await this.next();
        if (reply.verb !== Reply.credit) {
          return reply;
        }
        credit += reply.fields.readUInt32BE(0);
      }
      const end = Math.min(value.length, at + 131_072, at + credit);
      this.send(request, Verb.chunk, value.subarray(at, end));
      credit -= end - at;
      at = end;
    }
    let reply = await this.next();
    while (reply.verb === Reply.credit) {
      reply = await this.next();
    }
    return reply;
  }

  /** Reads the chunks of a value, giving credit for each. */
  async download(request: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = length;
    while (left > 0) {
      const { verb, fields } = await this.next();
      if (verb !== Reply.chunk) {
        throw new Error(`verb ${verb} instead of a chunk`);
      }
      parts.push(fields);
      left -= fields.length;
      this.send(request, Verb.credit, u32(fields.length));
    }
    return Buffer.concat(parts);
  }
}

export function readValue({ verb, fields }: RawFrame): RawValue {
  if (verb !== Reply.value) {
    throw new Error(`${describe({ request: 0, verb, fields })} instead of a value`);
  }
  const flags = fields.readUInt8(0);
  let at = 1;
  const take = (flag: number): number => {
    if ((flags & flag) === 0) {
      return 0;
    }
    at += 8;
    return Number(fields.readBigUInt64BE(at - 8));
  };
  const booking = take(ValueFlag.booked);
  const lease = take(ValueFlag.lease);
  const deliveries = lease === 0 ? 0 : fields.readUInt32BE(at);
  at += lease === 0 ? 0 : 4;
  const variableId = take(ValueFlag.position);
  const index = take(ValueFlag.position);
  const chunkedLength = (flags & ValueFlag.chunked) === 0 ? undefined : take(ValueFlag.chunked);
  const descriptor = fields.readUInt32BE(at);
  const hasMore = (flags & ValueFlag.more) !== 0;
  return {
    booking,
    lease,
    deliveries,
    variableId,
    index,
    hasMore,
    chunkedLength,
    descriptor,
    bytes: fields.subarray(at + 4),
  };
}

/** The name of the failure that a frame brings, or its verb. */
export function describe({ verb, fields }: RawFrame): string {
  return verb === Reply.failed ? (failureName(fields.readUInt16BE(0)) ?? "?") : `verb ${verb}`;
}
