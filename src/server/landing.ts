import { Socket, type SocketConstructorOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

/** The longest chunk. */
export const LANDING_BYTES = 262_144;

/**
 * What comes in lands here, for all connections: it is used up before the next read. (The buffer is twice as long as what is
 * read into: who keeps bytes copies them when they are a slice of a bigger buffer, and takes a whole one for his own.)
 */
const landing = new Uint8Array(new ArrayBuffer(2 * LANDING_BYTES), 0, LANDING_BYTES);

/** What Node's own server makes a socket of, and any socket holds: not documented (docs/decisions/0006). */
interface Handled {
  _handle?: { readonly writeQueueSize?: number } | null;
}
type HandleOptions = SocketConstructorOpts & {
  readonly handle: unknown;
  readonly onread: { readonly buffer: Uint8Array; readonly callback: (count: number) => boolean };
};

/** What has been read from before may have bytes that only the stream knows; an encrypted socket's handle gives none that are of use. */
function isUntouched(accepted: Duplex & Partial<Pick<TLSSocket, "encrypted" | "bytesRead">>): boolean {
  return accepted.encrypted !== true && accepted.bytesRead === 0;
}

/** How much of what the socket is writing just now the system has not taken: it says less as that goes on. 0 where that is not known. */
export function queuedBytes(socket: Duplex): number {
  return (socket as Handled)._handle?.writeQueueSize ?? 0;
}

/**
 * Takes over a socket that was accepted paused and reads it. Each chunk is **valid only during the call**. Returns the socket
 * to be used from now on, whose `pause` and `resume` stop the reading and let it go on.
 */
export function readLanding(accepted: Duplex, received: (chunk: Uint8Array) => void): Duplex {
  const handle = (accepted as Handled)._handle;
  if (handle === undefined || handle === null || !isUntouched(accepted)) {
    accepted.on("data", received);
    accepted.resume();
    return accepted;
  }
  // A stream allocates 64 KiB and needs a tick for every read: that is a tenth of the time of a short request.
  (accepted as Handled)._handle = null;
  accepted.destroy();
  const options: HandleOptions = {
    handle,
    allowHalfOpen: accepted.allowHalfOpen,
    onread: {
      buffer: landing,
      callback: (count) => {
        received(landing.subarray(0, count));
        return true;
      },
    },
  };
  return new Socket(options);
}
