import type { StoreFields } from "../wire/client-frames.ts";
import type { Where } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { streamFailed } from "./file-output.ts";
import type { NumberedVariable } from "./names.ts";
import { type Pieces, StreamSource } from "./stream-source.ts";
import { sendStream } from "./writing.ts";

/** Stores one value of `length` bytes (at least one) that `pieces` gives. */
export function storeStream(
  exchange: Exchange,
  variable: NumberedVariable,
  descriptor: number,
  pieces: Pieces,
  length: number,
  fields: StoreFields | undefined,
  signal: AbortSignal | undefined,
  where: Where,
): Promise<void> {
  const source = new StreamSource(exchange.uploads, where);
  const stored = sendStream(exchange, where.operation ?? "", variable, descriptor, length, source, fields);
  const pending = exchange.last;
  // The mark by which a late failure of the stream knows that the request is still this one.
  pending.extra = source;
  if (signal !== undefined) {
    exchange.watchStore(pending, signal);
  }
  const stop = (): void => source.stop();
  stored.then(stop, stop);
  source.feed(pieces, length).catch((error: unknown) => {
    if (pending.extra === source && !pending.isAbandoned) {
      exchange.abandon(pending, streamFailed(error, where));
    }
  });
  return stored;
}
