import type { SessionView } from "../space/index.ts";

export { StoredBlob } from "../blobs/stored-blob.ts";
export type { FileValue, SessionView, ValueView, VariableView, WaiterView, WorkspaceView } from "../space/index.ts";

/** A client, for whoever only looks. Times are those of `performance.now()`. */
export interface ClientView {
  /** Names it in this run of the server. */
  readonly id: string;
  readonly peer: string;
  /** As whom it was let in. */
  readonly user: string;
  /** What it calls itself. */
  readonly label: string;
  readonly protocol: "classic" | "multiplexed";
  readonly since: number;
  /** Since when its connection is broken, though it may come back. */
  readonly detachedSince: number | undefined;
  readonly operations: number;
  /** The verb of its last request, empty before the first, and when it came. */
  readonly lastOperation: string;
  readonly lastOperationAt: number | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly session: SessionView;
  /** Ends its session at once. */
  disconnect(): void;
}
