import type { BlobStore } from "../blobs/blob-store.ts";
import type { Space } from "../space/index.ts";
import type { Access } from "./access/access.ts";
import type { Peer } from "./access/peer.ts";
import type { Principal } from "./access/principal.ts";
import type { ArrivingRoom } from "./arriving-room.ts";
import type { Audit } from "./audit.ts";
import type { ClientView } from "./client-view.ts";
import type { Connection } from "./connection.ts";
import type { Deadlines } from "./deadlines.ts";
import type { KeptSessions } from "./kept-sessions.ts";
import type { Limits } from "./limits.ts";
import type { MemoryGauge } from "./memory-gauge.ts";
import type { Quota } from "./quota.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { SlowOperations } from "./slow-operations.ts";
import type { NotLetInReason, Tally } from "./tally.ts";

/** What sessions share: one of each for a server. */
export interface ServerContext {
  /** Who is let in. */
  readonly access: Access;
  readonly space: Space;
  readonly blobs: BlobStore;
  readonly deadlines: Deadlines;
  readonly limits: Limits;
  readonly sessions: SessionRegistry;
  /** Undefined where nothing is kept. */
  readonly keptSessions: KeptSessions | undefined;
  /** Values of more bytes than this live in files. */
  readonly longValueBytes: number;
  /** Memory of names and uploads. */
  readonly memory: MemoryGauge;
  /** Memory of requests that have not arrived whole. */
  readonly arriving: ArrivingRoom;
  /** What is counted for whoever watches. */
  readonly tally: Tally;
  /** Undefined: nobody wants to know what takes long. */
  readonly slow: SlowOperations | undefined;
  /** What a session may do that begins now. */
  newQuota(connection: Connection): Quota;
  /** Whether a client may end the server by hanging up. */
  readonly allowKillOnClose: boolean;
  /** Logs an exception that nobody expected and returns the sentence that the client gets. */
  bug(error: unknown, where: string): string;
  /** This is who is there, and may come in. */
  letIn(connection: Connection, principal: Principal): void;
  /** Why nobody else may come in as this for now, if so. */
  refusesAnother(principal: Principal): string | undefined;
  /** This is somebody who may not come in, and why: a word to count it by, and a sentence. */
  notLetIn(peer: Peer, reason: NotLetInReason, message: string): void;
  /** For what concerns others than who does it. */
  readonly audit: Audit;
  /** Everybody who is connected. */
  clients(): Iterable<ClientView>;
  /** What `info` answers, as JSON. */
  info(): string;
  /** A client whose end was to be the server's has hung up. */
  killed(peer: Peer, principal: Principal | undefined): void;
}
