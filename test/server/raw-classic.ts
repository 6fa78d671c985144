import { RawSocket } from "./raw-socket.ts";

export interface LongReply {
  readonly status: number;
  readonly descriptor: number;
  readonly variableId: string;
  readonly index: string;
  readonly text: string;
}

/** A request of the classic protocol. */
export function classicRequest(...args: readonly (string | Uint8Array)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(String(args.length).padStart(4, "0"))];
  for (const arg of args) {
    const bytes = typeof arg === "string" ? Buffer.from(arg, "latin1") : Buffer.from(arg);
    parts.push(Buffer.from(String(bytes.length).padStart(20, "0")), bytes);
  }
  return Buffer.concat(parts);
}

/** A client of the classic protocol that does just what it is told. */
export class RawClassic {
  readonly raw: RawSocket;

  constructor(raw: RawSocket) {
    this.raw = raw;
  }

  static async to(target: { host: string; port: number } | { path: string }): Promise<RawClassic> {
    const raw = await RawSocket.to(target);
    raw.write("2222");
    await raw.read(4);
    return new RawClassic(raw);
  }

  send(...args: readonly (string | Uint8Array)[]): void {
    this.raw.write(classicRequest(...args));
  }

  /** Sends a request whose reply is short, and returns its status. */
  async short(...args: readonly (string | Uint8Array)[]): Promise<number> {
    this.send(...args);
    return await this.readShort();
  }

  async long(...args: readonly (string | Uint8Array)[]): Promise<LongReply> {
    this.send(...args);
    return await this.readLong();
  }

  async readShort(): Promise<number> {
    return Number((await this.raw.read(4)).toString("latin1"));
  }

  async readLong(): Promise<LongReply> {
    const head = (await this.raw.read(84)).toString("latin1");
    const text = (await this.raw.read(Number(head.slice(64, 84)))).toString("latin1");
    return {
      status: Number(head.slice(0, 4)),
      descriptor: Number(head.slice(4, 24)),
      variableId: head.slice(24, 44),
      index: head.slice(44, 64),
      text,
    };
  }

  async fetchText(workspace: string, variable: string): Promise<string> {
    const { status, text } = await this.long("fetch", workspace, variable);
    if (status !== 0) {
      throw new Error(`fetch answered ${status}`);
    }
    return text;
  }
}
