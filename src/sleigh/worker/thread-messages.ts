import type { Durability, TlsOptions } from "../../client/index.ts";
import type { Encoded } from "../../codec/index.ts";
import type { PartMessage, RemoteError } from "../messages.ts";

/*
 * What the two threads of a worker say to each other. Messages of the sleigh stay encoded between them: a copy that
 * the engine makes would lose what only the codec knows, and would cost more than decoding.
 */

/** Fewer bytes are copied faster than they are handed over. */
const TRANSFER_BYTES = 16_384;

/** `bytes` to be posted, and what goes with it: a view of a larger buffer would be posted with all of that. */
export function toPost(bytes: Uint8Array): [bytes: Uint8Array, transfer: ArrayBuffer[]] {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  const own = isWhole ? bytes : new Uint8Array(bytes);
  return [own, own.byteLength >= TRANSFER_BYTES ? [own.buffer as ArrayBuffer] : []];
}

/** What the task thread is started with (`workerData`). */
export interface TaskThreadData {
  readonly kind: "sleigh task thread";
  readonly shared: SharedArrayBuffer;
  /** A SharedRing of results, by slot, with milliseconds. */
  readonly results: SharedArrayBuffer;
  /** A SharedRing of TaskMessages to be run, by slot, with descriptors. */
  readonly chunks: SharedArrayBuffer;
  readonly key: Uint8Array;
  readonly serverToken: string | undefined;
  readonly token: string;
  /** Name of the sleigh's workspace. */
  readonly sleigh: string;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly durability: Durability | undefined;
  readonly modulePath: readonly string[];
}

/** They travel as lists of them. */
export type ToTaskThread =
  /** Before anything else. */
  | { readonly kind: "begin"; readonly rank: number; readonly workerCount: number; readonly userWs: string }
  | { readonly kind: "parts"; readonly parts: readonly PartMessage[] }
  /** The next `count` chunks of the ring have their turn: after what was said before, and before what comes after. */
  | { readonly kind: "chunks"; readonly count: number }
  /**
   * A TaskMessage or a CallMessage, to be run when its turn comes. `suspect`: a worker has died with it; the tasks at the places in
   * `lost` are not to run, and of each other one the thread says `starting` and waits for `start`.
   */
  | {
      readonly kind: "run";
      readonly slot: number;
      readonly message: Encoded;
      readonly suspect: { readonly lost: readonly number[] } | undefined;
    }
  | { readonly kind: "start"; readonly slot: number; readonly at: number }
  /** A CallMessage of before this worker's time, whose result nobody waits for. */
  | { readonly kind: "replay"; readonly slot: number; readonly message: Encoded }
  /** An ExportMessage or an UnexportMessage. */
  | { readonly kind: "export"; readonly message: Encoded }
  | { readonly kind: "count"; readonly workerCount: number }
  /** The slot's chunk is to stop, or its task is late: the shared state says which. */
  | { readonly kind: "stop"; readonly slot: number };

export type FromTaskThread =
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** There are results in the ring. */
  | { readonly kind: "results" }
  /** The result of the slot's chunk, sealed for `results`: where it must not overtake what was said before, or has no room in the ring. */
  | { readonly kind: "done"; readonly slot: number; readonly envelope: Uint8Array; readonly elapsedMs: number }
  | { readonly kind: "starting"; readonly slot: number; readonly at: number }
  /** The slot is free again, and has no result: it was taken back, or it was a replay. */
  | { readonly kind: "passed"; readonly slot: number }
  | { readonly kind: "trouble"; readonly text: string; readonly error: RemoteError | undefined };
