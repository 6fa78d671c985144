import { NwsError } from "../../../src/client/errors.ts";
import { ServerBase } from "../../../src/client/server-base.ts";
import { Session } from "../../../src/client/session.ts";
import { Snapshot } from "../../../src/client/snapshot.ts";
import type { Dialer, Timer, Transport, TransportEvents } from "../../../src/client/transport.ts";
import { WorkspaceBase } from "../../../src/client/workspace-base.ts";
import { byteString, fields, frame } from "../../conformance/hostile/frames.ts";
import { concat } from "../engine/mutate.ts";
import { ManualClock } from "./manual-clock.ts";

const WELCOME = 69;
const offer = concat([Buffer.from("P00000010009Multiplex0000A000")]);

/** Longer than any grace time, or than anybody waits for a connection. */
const LONG_MS = 10_000_000;

/** How a server of an input behaves, and what the client asks for at its beginning. */
export interface Behaviour {
  /** It greets as it should, on each connection; else the input has every byte of it. */
  readonly greets: boolean;
  readonly graceMs: number;
  readonly keeps: boolean;
}

type Operation = (rig: ClientRig) => Promise<unknown>;

/** What a program does, by number. */
const operations: readonly Operation[] = [
  ({ workspace }) => workspace.store("x", "value"),
  ({ workspace }) => workspace.store("y", { a: [1, 2] }),
  ({ workspace }) => workspace.storeAll("x", [1, "two", new Uint8Array(3)]),
  ({ workspace }) => workspace.store("x", new Uint8Array(140_000)),
  ({ workspace }) => workspace.fetch("x"),
  ({ workspace }) => workspace.fetch("x", { timeout: 500 }),
  ({ workspace }) => workspace.fetchTry("x"),
  ({ workspace }) => workspace.find("y"),
  ({ workspace }) => workspace.findTry("y"),
  ({ workspace }) => workspace.fetchMany("x", { max: 3 }),
  ({ workspace }) => workspace.fetchTryMany("x", { max: 3, lease: 1000 }),
  async ({ workspace }) => (await workspace.fetch("x", { lease: true })).ack(),
  async ({ workspace }) => (await workspace.fetch("x", { lease: 700 })).complete("y", 1),
  async ({ workspace }) => (await workspace.fetchTry("x", undefined, { lease: true }))?.release(),
  async ({ workspace }) => workspace.ifind("x").next(),
  async ({ workspace }) => {
    const values = workspace.ifindTry("x", { batch: 3 });
    while ((await values.next()).done !== true) {
      // To its end.
    }
  },
  async ({ workspace }) => workspace.ifetchTry("y").next(),
  ({ workspace }) => workspace.declare("x", "single"),
  ({ workspace }) => workspace.guard("x"),
  ({ workspace }) => workspace.deleteVar("x"),
  ({ workspace }) => workspace.listVars(),
  ({ server }) => server.listWss(),
  ({ server }) => server.mktempWs("t%d"),
  ({ server }) => server.info(),
  ({ server }) => server.ping(),
  ({ server }) => server.deleteWs("w"),
  async ({ server }) => {
    const sink = { value: ignore, begin: ignore, piece: () => Promise.resolve(), drained: () => Promise.resolve() };
    const snapshot = await Snapshot.take(server, ["w"]);
    for (const variable of snapshot.workspaces.flatMap(({ variables }) => variables)) {
      await snapshot.read(variable, sink);
    }
  },
  ({ abort, workspace }) => workspace.fetch("x", { signal: abort.signal }),
  ({ abort }) => {
    abort.abort();
    return Promise.resolve();
  },
  (rig) => {
    rig.openAgain();
    return Promise.resolve();
  },
  ({ workspace }) => workspace.close(),
  ({ session }) => session.close(),
];

/** A client whose server is an input: what it sends goes nowhere, and what it receives is what the input says. */
export class ClientRig implements Dialer {
  readonly address = "hostile";
  readonly session: Session;
  readonly server: ServerBase;
  readonly abort = new AbortController();
  workspace: WorkspaceBase;
  readonly clock = new ManualClock();
  readonly #behaviour: Behaviour;
  #events: TransportEvents | undefined;
  #isUnreachable = false;
  #unsettled = 0;
  #wrong: unknown;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    const { graceMs } = behaviour;
    this.session = new Session(this, { reconnect: graceMs > 0 && { graceMs }, maxValueBytes: 200_000 });
    this.server = new ServerBase(this.session);
    this.workspace = new WorkspaceBase("w", this.session, {});
    this.#watch(this.session.greeting);
    this.#watch(this.workspace.opened());
  }

  operate(number: number): void {
    try {
      this.#watch(operations[number % operations.length]!(this));
    } catch (error) {
      this.#judge(error);
    }
  }

  openAgain(): void {
    this.workspace = new WorkspaceBase("v", this.session, { persistent: true });
    this.#watch(this.workspace.opened());
  }

  /** From the server. */
  receive(bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.#events?.received(copy);
    // They were valid only during the call.
    copy.fill(0xee);
  }

  lose(error: Error | undefined): void {
    const events = this.#events;
    this.#events = undefined;
    events?.closed(error);
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      this.clock.runSoon();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The server is never heard of again: every operation must come to its end, each with a value or an error of the client's own. */
  async end(): Promise<void> {
    this.#isUnreachable = true;
    await this.settle();
    this.lose(undefined);
    await this.settle();
    this.clock.pass(LONG_MS);
    await this.settle();
    this.#watch(this.session.close());
    await this.settle();
    this.clock.pass(LONG_MS);
    await this.settle();
    if (this.#wrong !== undefined) {
      throw new Error("an error that is none of the client's", { cause: this.#wrong });
    }
    if (this.#unsettled > 0) {
      throw new Error(`${this.#unsettled} operations are not settled`);
    }
  }

  // As a dialer

  dial(events: TransportEvents): Transport {
    this.#events = events;
    const isCurrent = (): boolean => this.#events === events;
    this.clock.soon(() => {
      if (!isCurrent()) {
        return;
      }
      if (this.#isUnreachable) {
        this.lose(new Error("nobody listens there"));
        return;
      }
      events.opened();
      if (this.#behaviour.greets) {
        this.receive(offer);
      }
    });
    const hangUp = (): void => {
      if (isCurrent()) {
        this.#events = undefined;
      }
    };
    return {
      bufferedBytes: 0,
      send: () => true,
      cork: ignore,
      uncork: ignore,
      ref: ignore,
      unref: ignore,
      established: ignore,
      close: hangUp,
      destroy: hangUp,
    };
  }

  soon(callback: () => void): void {
    this.clock.soon(callback);
  }

  atTurnEnd(callback: () => void): void {
    this.clock.soon(callback);
  }

  after(ms: number, callback: () => void): Timer {
    return { cancel: this.clock.after(ms, callback), ref: ignore, unref: ignore };
  }

  now(): number {
    return this.clock.now();
  }

  random(): number {
    return 0.5;
  }

  /** The greeting of a server that means well. */
  welcome(): Uint8Array {
    const { graceMs, keeps } = this.#behaviour;
    const content = [fields([1, 1], [4, graceMs], [8, 2 ** 20]), byteString("s1"), byteString("secret")];
    return concat([frame(0, WELCOME, ...content, fields([1, keeps ? 1 : 0]))]);
  }

  #watch(promise: Promise<unknown>): void {
    this.#unsettled++;
    promise.then(
      () => {
        this.#unsettled--;
      },
      (error: unknown) => {
        this.#unsettled--;
        this.#judge(error);
      },
    );
  }

  #judge(error: unknown): void {
    if (!(error instanceof NwsError)) {
      this.#wrong ??= error;
    }
  }
}

function ignore(): void {
  // Nothing comes of it.
}
