import { once } from "node:events";
import { unsupported, type Address, type Connection, type Value } from "./contender.ts";
import { connectReading } from "./socket.ts";

/**
 * The smallest client of the classic protocol that is a fair one: handshake `2222`, one request at a time on a connection,
 * a promise for each. It checks the status of every answer.
 */

const statusBytes = 4;
/** Status, descriptor, cookie and length, before the bytes of a long reply. */
const longHeadBytes = 4 + 20 + 40 + 20;
/** Language 11. */
const descriptors = { text: String(0x0b000001), bytes: String(0x0b000003) } as const;

export async function connectClassic({ host, port, valueKind }: Address): Promise<Connection> {
  let rest: Buffer | undefined;
  let finish: ((bytes: Buffer) => number) | undefined;
  const socket = connectReading(host, port, (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const used = finish?.(bytes) ?? 0;
    rest = used === bytes.length ? undefined : Buffer.from(bytes.subarray(used));
  });
  await once(socket, "connect");
  socket.on("error", () => socket.destroy());

  /** Waits until `parse` finds its whole answer at the start of what has come; it returns the answer's length, or undefined. */
  const answer = <T>(
    parse: (bytes: Buffer) => { readonly value: T; readonly length: number } | undefined,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      finish = (bytes) => {
        try {
          const parsed = parse(bytes);
          if (parsed === undefined) {
            return 0;
          }
          finish = undefined;
          resolve(parsed.value);
          return parsed.length;
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return bytes.length;
        }
      };
    });
  const ask = (args: readonly Value[]): void => void socket.write(request(args), "latin1");
  const short = (...args: readonly Value[]): Promise<unknown> => {
    ask(args);
    return answer(shortReply);
  };
  const long = (...args: readonly Value[]): Promise<Value> => {
    ask(args);
    return answer<Value>(valueKind === "text" ? longTextReply : longReply);
  };

  socket.write("2222");
  await answer((bytes) => (bytes.length < 4 ? undefined : { value: undefined, length: 4 }));
  await short("use ws", "bench", "", "no");
  const fetch = (variable: string): Promise<Value> => long("fetch", "bench", variable);
  return {
    store: (variable, value) => short("store", "bench", variable, descriptors[valueKind], value),
    fetch,
    fetchWaiting: fetch,
    declare: (variable, mode) => short("declare var", "bench", variable, mode),
    deleteVar: unsupported("deleteVar"),
    close: () => {
      socket.destroy();
      return Promise.resolve();
    },
  };
}

/** A request of text is one string, which Node writes without a buffer in between. */
function request(args: readonly Value[]): string | Buffer {
  let text = decimal(args.length, 4);
  for (const [at, arg] of args.entries()) {
    if (typeof arg !== "string") {
      return Buffer.concat([Buffer.from(text, "latin1"), ...args.slice(at).flatMap(argumentBytes)]);
    }
    text += lengthField(arg.length) + arg;
  }
  return text;
}

function argumentBytes(arg: Value): Uint8Array[] {
  return [Buffer.from(lengthField(arg.length)), typeof arg === "string" ? Buffer.from(arg, "latin1") : arg];
}

const lengthFields: string[] = [];

function lengthField(length: number): string {
  return (lengthFields[length] ??= decimal(length, 20));
}

function decimal(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function shortReply(bytes: Buffer): { readonly value: undefined; readonly length: number } | undefined {
  if (bytes.length < statusBytes) {
    return undefined;
  }
  checkStatus(bytes);
  return { value: undefined, length: statusBytes };
}

/** Undefined until it is all there. */
function longReplyLength(bytes: Buffer): number | undefined {
  if (bytes.length < longHeadBytes) {
    return undefined;
  }
  checkStatus(bytes);
  const length = longHeadBytes + Number(bytes.toString("latin1", longHeadBytes - 20, longHeadBytes));
  return bytes.length < length ? undefined : length;
}

function longReply(bytes: Buffer): { readonly value: Uint8Array; readonly length: number } | undefined {
  const length = longReplyLength(bytes);
  return length === undefined
    ? undefined
    : { value: Uint8Array.prototype.slice.call(bytes, longHeadBytes, length), length };
}

function longTextReply(bytes: Buffer): { readonly value: string; readonly length: number } | undefined {
  const length = longReplyLength(bytes);
  return length === undefined ? undefined : { value: bytes.toString("latin1", longHeadBytes, length), length };
}

function checkStatus(bytes: Buffer): void {
  const status = bytes.toString("latin1", 0, statusBytes);
  if (status !== "0000") {
    throw new Error(`classic status ${status}`);
  }
}
