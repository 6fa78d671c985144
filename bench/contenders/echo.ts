import { once } from "node:events";
import { unsupported, type Address, type Connection, type Value } from "./contender.ts";
import { connectReading } from "./socket.ts";
import { EchoReader, headBytes, TurnWriter } from "./echo-frames.ts";

/** The machine's limit: a promise for each request, and nothing behind it but bytes that come back. */
export async function connectEcho({ host, port, valueKind, ca }: Address): Promise<Connection> {
  const waiting: (((value: Value) => void) | undefined)[] = [];
  const freeNumbers: number[] = [];
  const asText = valueKind === "text";

  const reader = new EchoReader((chunk, start, end) => {
    const request = chunk.readUInt32BE(start);
    const resolve = waiting[request]!;
    waiting[request] = undefined;
    freeNumbers.push(request);
    resolve(asText ? chunk.toString("latin1", start + 4, end) : Uint8Array.prototype.slice.call(chunk, start + 4, end));
  });
  const writer = new TurnWriter((bytes) => socket.write(bytes));
  const socket = connectReading(host, port, (chunk) => reader.push(chunk), ca);
  await once(socket, ca === undefined ? "connect" : "secureConnect");
  socket.on("error", () => socket.destroy());

  const request = (value: Value): Promise<Value> =>
    new Promise((resolve) => {
      const request = freeNumbers.pop() ?? waiting.length;
      waiting[request] = resolve;
      const { buffer, at } = writer.reserve(headBytes + value.length);
      buffer.writeUInt32BE(4 + value.length, at);
      buffer.writeUInt32BE(request, at + 4);
      if (typeof value === "string") {
        buffer.write(value, at + headBytes, "latin1");
      } else {
        buffer.set(value, at + headBytes);
      }
    });
  let last: Value = "";
  return {
    store: (_variable, value) => request((last = value)),
    fetch: () => request(last),
    fetchWaiting: unsupported("fetchWaiting"),
    declare: unsupported("declare"),
    deleteVar: unsupported("deleteVar"),
    close: () => {
      socket.destroy();
      return Promise.resolve();
    },
  };
}
