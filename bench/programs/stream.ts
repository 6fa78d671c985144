import { Readable, Writable } from "node:stream";
import { NetWorkSpace } from "../../src/client/index.ts";
import { serveCalls } from "../harness/calls.ts";

/** The client with a large value, which it never has as a whole. */

export interface StreamPlan {
  readonly host: string;
  readonly port: number;
}

/** As a file stream reads them. */
const pieceBytes = 65_536;
let space: NetWorkSpace | undefined;

const calls = {
  async connect({ host, port }: StreamPlan): Promise<void> {
    space = new NetWorkSpace("large", { serverHost: host, serverPort: port, useUse: true });
    await space.opened();
  },

  /** Stores a value of so many bytes; returns the milliseconds that it took. */
  async upload(bytes: number): Promise<number> {
    const startedAt = performance.now();
    await space!.storeFile("x", Readable.from(pieces(bytes), { objectMode: false }), { length: bytes });
    return performance.now() - startedAt;
  },

  /** Fetches it and looks at it piece by piece; returns the milliseconds that it took. */
  async download(bytes: number): Promise<number> {
    const startedAt = performance.now();
    let arrived = 0;
    const target = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        // The first byte of each piece that begins in this chunk says which one it is.
        for (let piece = Math.ceil(arrived / pieceBytes); piece * pieceBytes < arrived + chunk.length; piece++) {
          if (chunk[piece * pieceBytes - arrived] !== piece % 256) {
            done(new Error(`piece ${piece} is not where it belongs`));
            return;
          }
        }
        arrived += chunk.length;
        done();
      },
    });
    await space!.fetchFile("x", target);
    if (arrived !== bytes) {
      throw new Error(`${arrived} of ${bytes} bytes arrived`);
    }
    return performance.now() - startedAt;
  },
};

export type StreamCalls = typeof calls;

function* pieces(bytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += pieceBytes) {
    yield new Uint8Array(Math.min(pieceBytes, bytes - at)).fill((at / pieceBytes) % 256);
  }
}

serveCalls(calls);
