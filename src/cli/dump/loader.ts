import { once } from "node:events";
import { PassThrough } from "node:stream";
import { type Durability, NetWorkSpace, type NwsServer } from "../../client/index.ts";
import { nameOfBytes } from "../../client/name-bytes.ts";
import { RawStore } from "../../client/raw-store.ts";
import { type DumpLimits, type DumpMode, noTotals } from "./dump-format.ts";
import type { DumpSink } from "./dump-reader.ts";
import type { Progress } from "./progress.ts";

/** The system's workspace. */
const SYSTEM = "__default";

/** So much of a long value is ahead of the network. */
const AHEAD_BYTES = 524_288;

/** Where a workspace of a dump goes. */
export interface Destination {
  readonly name: string;
  /** It is there and stays: values are added to what it has. */
  readonly isAppended: boolean;
}

/** Brings what a dump holds to a server. What has no destination is passed over. */
export class Loader implements DumpSink {
  readonly totals = noTotals();
  /** Workspaces that are there as they should be. */
  readonly whole: string[] = [];
  /** The one that is being loaded. */
  current: string | undefined;
  /** Guarded variables that are so no more: nobody can own the workspace, or somebody else may. */
  unguardedCount = 0;
  readonly #server: NwsServer;
  readonly #destinations: ReadonlyMap<string, Destination>;
  readonly #progress: Progress;
  #ws: NetWorkSpace | undefined;
  #canGuard = false;
  #isAppended = false;
  #store: RawStore | undefined;
  /** What the variable gets when its values are there: they might not find room, as there may be more of them than it takes. */
  #limit: (() => Promise<void>) | undefined;
  #variable: { readonly name: string; readonly mode: DumpMode } | undefined;
  /** A long value on its way: its bytes, how many are to come, and what becomes of it. */
  #pipe = new PassThrough();
  #rest = 0;
  #stored: Promise<void> = Promise.resolve();

  constructor(server: NwsServer, destinations: ReadonlyMap<string, Destination>, progress: Progress) {
    this.#server = server;
    this.#destinations = destinations;
    this.#progress = progress;
  }

  header(): void {
    // Its time says nothing here.
  }

  async workspace(bytes: Uint8Array, isPersistent: boolean, durability: Durability | undefined): Promise<void> {
    await this.finish();
    const destination = this.#destinations.get(nameOfBytes(bytes));
    if (destination === undefined) {
      return;
    }
    const { name, isAppended } = destination;
    this.current = name;
    this.totals.workspaces++;
    // Who opens a workspace as persistent owns it until it is closed, may guard its variables and says how durable it is; whatever is
    // only used stays too.
    this.#canGuard = isPersistent && !isAppended;
    this.#isAppended = isAppended;
    this.#ws = new NetWorkSpace(name, {
      server: this.#server,
      useUse: !this.#canGuard,
      persistent: isPersistent,
      ...(this.#canGuard && { durability }),
    });
    await this.#ws.opened();
  }

  async idleTimeout(ms: number): Promise<void> {
    const ws = this.#ws;
    // (The system's workspace has none, and what is there keeps its own.)
    if (ws !== undefined && ws.name !== SYSTEM && !this.#isAppended) {
      const again = new NetWorkSpace(ws.name, { server: this.#server, useUse: true, idleTimeout: ms });
      await again.opened();
      await again.close();
    }
  }

  async limits({ maxValues, maxBytes, whenFull, ttl }: DumpLimits): Promise<void> {
    const ws = this.#ws;
    const variable = this.#variable;
    if (ws === undefined || variable === undefined || variable.mode === "unknown") {
      return;
    }
    const { name, mode } = variable;
    if (ttl !== undefined) {
      await ws.declare(name, mode, { ttl });
    }
    this.#limit = () => ws.declare(name, mode, { maxValues, maxBytes, whenFull });
  }

  async variable(bytes: Uint8Array, mode: DumpMode, isGuarded: boolean): Promise<void> {
    await this.#finishVariable();
    const ws = this.#ws;
    if (ws === undefined) {
      return;
    }
    const name = nameOfBytes(bytes);
    this.totals.variables++;
    this.#variable = { name, mode };
    if (mode === "unknown") {
      // To look for a value is what makes such a variable.
      await ws.findTry(name);
    } else {
      await ws.declare(name, mode);
    }
    if (isGuarded && this.#canGuard) {
      await ws.guard(name);
    }
    this.unguardedCount += isGuarded && !this.#canGuard ? 1 : 0;
    this.#store = new RawStore(ws, name);
  }

  value(descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#store !== undefined) {
      this.#count(end - start);
      this.#store.add(descriptor, bytes, start, end);
    }
  }

  begin(descriptor: number, length: number): void {
    this.#rest = length;
    if (this.#store === undefined) {
      return;
    }
    this.#count(length);
    if (length === 0) {
      this.#store.add(descriptor, new Uint8Array(0), 0, 0);
      return;
    }
    this.#pipe = new PassThrough({ highWaterMark: AHEAD_BYTES });
    this.#stored = this.#store.stream(descriptor, length, this.#pipe);
    this.#stored.catch(() => undefined); // `piece` tells
  }

  async piece(bytes: Uint8Array): Promise<void> {
    this.#rest -= bytes.length;
    if (this.#store === undefined || bytes.length === 0) {
      return;
    }
    if (!this.#pipe.write(bytes)) {
      await Promise.race([once(this.#pipe, "drain"), this.#stored]);
    }
    if (this.#rest === 0) {
      this.#pipe.end();
      await this.#stored;
    }
    this.#progress.show(this.totals);
  }

  async drained(): Promise<void> {
    await this.#store?.drained();
    this.#progress.show(this.totals);
  }

  /** The workspace, if there is one, has all that it should have. */
  async finish(): Promise<void> {
    await this.#finishVariable();
    await this.#ws?.close();
    this.#ws = undefined;
    if (this.current !== undefined) {
      this.whole.push(this.current);
      this.current = undefined;
    }
  }

  async #finishVariable(): Promise<void> {
    await this.#store?.finish();
    this.#store = undefined;
    await this.#limit?.();
    this.#limit = undefined;
    this.#variable = undefined;
  }

  #count(bytes: number): void {
    this.totals.values++;
    this.totals.bytes += bytes;
  }
}
