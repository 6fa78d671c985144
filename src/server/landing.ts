import { Socket, type SocketConstructorOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

/** The longest chunk. */
export const LANDING_BYTES = 262_144;

/** The longest one at first: what a client sends while it is asked who it is has to be kept. */
export const FIRST_LANDING_BYTES = 16_384;

/**
 * What comes in lands here, for all connections: it is used up before the next read. (The buffer is twice as long as what is
 * read into: who keeps bytes copies them when they are a slice of a bigger buffer, and takes a whole one for his own.)
 */
const landing = new Uint8Array(new ArrayBuffer(2 * LANDING_BYTES), 0, LANDING_BYTES);

/** A socket of Node as it is inside: none of this is documented (docs/decisions/0006). */
interface Inside {
  readonly _handle?: { readonly writeQueueSize?: number; readonly useUserBuffer?: (buffer: Uint8Array) => void } | null;
}

/** Under which symbols a socket keeps what it is given as `onread`: one that was accepted is not asked for it. Undefined: this Node has others. */
const symbols = ((): { readonly buffer: symbol; readonly callback: symbol } | undefined => {
  const onread = { buffer: landing, callback: () => true };
  const socket = new Socket({ onread } as SocketConstructorOpts);
  const keyOf = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find((symbol) => Reflect.get(socket, symbol) === value);
  const [buffer, callback] = [keyOf(onread.buffer), keyOf(onread.callback)];
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
})();

/** What has been read from before may have bytes that only the stream knows; an encrypted socket's handle gives none that are of use. */
function isUntouched(accepted: Duplex & Partial<Pick<TLSSocket, "encrypted" | "bytesRead">>): boolean {
  return accepted.encrypted !== true && accepted.bytesRead === 0;
}

/** How much of what the socket is writing just now the system has not taken: it says less as that goes on. 0 where that is not known. */
export function queuedBytes(socket: Duplex): number {
  return (socket as Inside)._handle?.writeQueueSize ?? 0;
}

/**
 * Reads a socket that was accepted paused. Each chunk is **valid only during the call**. (One may still come if it is paused in the same tick.)
 * Chunks are short until what is returned is called.
 */
export function readLanding(accepted: Duplex, received: (chunk: Uint8Array) => void): () => void {
  const handle = (accepted as Inside)._handle;
  let widen = (): void => undefined;
  if (symbols === undefined || typeof handle?.useUserBuffer !== "function" || !isUntouched(accepted)) {
    accepted.on("data", received);
  } else {
    // A stream allocates 64 KiB and needs a tick for every read: that is a tenth of the time of a short request.
    Reflect.set(accepted, symbols.buffer, landing);
    Reflect.set(accepted, symbols.callback, (count: number): boolean => {
      received(landing.subarray(0, count));
      return true;
    });
    handle.useUserBuffer(landing.subarray(0, FIRST_LANDING_BYTES));
    widen = () => (accepted as Inside)._handle?.useUserBuffer?.(landing);
  }
  accepted.resume();
  return widen;
}
