import { ConnectionLostError, NwsError } from "../../../src/client/errors.ts";
import { ServerBase } from "../../../src/client/server-base.ts";
import { Session } from "../../../src/client/session.ts";
import type { Dialer, Timer, Transport, TransportEvents } from "../../../src/client/transport.ts";
import { WorkspaceBase } from "../../../src/client/workspace-base.ts";
import { owner } from "../../../src/server/access/principal.ts";
import { describe, type History, type Operation, type Place, type SessionRecord } from "./history.ts";
import { Link } from "./link.ts";
import type { Machine, ServerRun } from "./machine.ts";
import type { World } from "./world.ts";

/** The server's timers may be so late. */
const SLACK_MS = 2;

/** A client's process and its one session, from its beginning until it is closed, lost, or the process crashes. */
export class SimulatedClient implements Dialer {
  readonly address = "simulated";
  readonly record: SessionRecord;
  readonly workspaces: Readonly<Record<Place, WorkspaceBase>>;
  readonly graceMs: number;
  /** The process is gone: nothing of it runs any more. */
  isCrashed = false;
  /** The session cannot be used any more. */
  isOver = false;
  readonly links: Link[] = [];
  /** How often the session went on over another connection. */
  resumptions = 0;
  readonly #world: World;
  readonly #machine: Machine;
  readonly #history: History;
  readonly #session: Session;
  /** The process of the server in which the session lives. */
  #run: ServerRun | undefined;
  /** It was known to live then. */
  #aliveAt: number;

  constructor(world: World, machine: Machine, history: History) {
    this.#world = world;
    this.#machine = machine;
    this.#history = history;
    this.#aliveAt = world.now;
    this.record = history.addSession();
    const { random } = world;
    this.graceMs = random.pick([0, 60, 200, 500]);
    const reconnect = this.graceMs > 0 && { graceMs: this.graceMs, backoffMs: 1 + random.below(30), maxBackoffMs: 100 };
    this.#session = new Session(this, { reconnect });
    this.#session.exchange.listeners.add("reconnected", () => {
      this.resumptions++;
    });
    this.workspaces = {
      kept: new WorkspaceBase("kept", this.#session, { persistent: true }),
      brief: new WorkspaceBase("brief", this.#session, { useUse: true }),
      own: new WorkspaceBase(`own-${this.record.number}`, this.#session, {}),
    };
  }

  /** Runs an operation and writes down how it went. Returns what it came to; `undefined`: an outcome that is not known, or no value. */
  async perform<T>(operation: Operation, act: () => Promise<T>): Promise<T | undefined> {
    try {
      if (operation.key?.place === "brief") {
        await this.workspaces.brief.opened();
        this.record.briefRun ||= this.#machine.services.length;
      }
      const result = await act();
      this.#answered(operation, "done");
      return result;
    } catch (error) {
      this.#failed(operation, error);
      return undefined;
    }
  }

  /** Nothing came, and that is an answer. */
  cameToNothing(operation: Operation): void {
    operation.outcome = "nothing";
  }

  /** The lease of `fetch` lasts so long at most (0: without limit) since `grant` was answered; by itself it ends with the session, too. */
  granted(fetch: Operation, grant: Operation, limitMs: number): void {
    if (limitMs > 0 && grant.outcome === "done") {
      fetch.overBy = grant.settledAt + limitMs + SLACK_MS;
    }
  }

  /** The workspaces of sessions that are there beside this one's. */
  async ownedLeft(): Promise<string[]> {
    const listed = await new ServerBase(this.#session).listWss();
    return listed
      .map(({ name }) => name)
      .filter((name) => name.startsWith("own-") && name !== this.workspaces.own.name);
  }

  crash(): void {
    this.isCrashed = true;
    this.#over();
    this.links.forEach((link) => link.clientCrashed());
  }

  async close(): Promise<void> {
    const operation = this.#history.begin("other", this.record, undefined, this.#world.now);
    await this.#session.close();
    if (!this.isOver && this.#session.failure?.code === "closed") {
      this.record.isClosed = true;
      this.#answered(operation, "done");
      this.record.endsFrom = operation.invokedAt;
    } else {
      operation.outcome = "unknown";
    }
    this.#over();
  }

  /** Writes down when it ended, now that all is over. */
  settleEnd(): void {
    const { record } = this;
    record.endsFrom = Math.max(record.endsFrom, this.#aliveAt);
    const known = Math.max(...this.links.map((link) => link.serverKnowsAt));
    record.endsBy = known + this.graceMs + SLACK_MS;
    if (this.graceMs === 0) {
      record.endsBy = Math.min(record.endsBy, this.#run?.replacedAt ?? Infinity);
      return;
    }
    // It may outlive its server; then the next one waits for it anew.
    const { services } = this.#machine;
    services.forEach(({ to }, i) => {
      const next = services[i + 1];
      if (next !== undefined && next.from > known && record.endsBy >= to) {
        record.endsBy = Math.max(record.endsBy, next.from + this.graceMs + SLACK_MS);
      }
    });
  }

  // As a dialer

  dial(events: TransportEvents): Transport {
    const world = this.#world;
    const link = new Link(world, this.#watched(events));
    this.links.push(link);
    world.after(world.someTime(3), () => {
      const run = this.#machine.current;
      if (run === undefined || link.isBroken || link.socket.destroyed) {
        world.after(world.someTime(3), () => link.refuse());
        return;
      }
      if (this.#run === undefined) {
        this.#run = run;
        this.record.run = run.number;
      }
      run.links.add(link);
      link.socket.on("close", () => run.links.delete(link));
      run.server.acceptStream(link.socket, {
        name: `client ${this.record.number}`,
        isLocal: true,
        principal: owner,
      });
      world.after(world.someTime(3), () => link.opened());
    });
    return link;
  }

  soon(callback: () => void): void {
    process.nextTick(() => this.#unlessCrashed(callback));
  }

  atTurnEnd(callback: () => void): void {
    process.nextTick(() => this.#unlessCrashed(callback));
  }

  after(ms: number, callback: () => void): Timer {
    const cancel = this.#world.after(ms, () => this.#unlessCrashed(callback));
    return { cancel, ref: () => undefined, unref: () => undefined };
  }

  now(): number {
    return this.#world.now;
  }

  random(): number {
    return this.#world.random.next();
  }

  // Inside

  #watched(events: TransportEvents): TransportEvents {
    return {
      opened: () => this.#unlessCrashed(() => events.opened()),
      received: (bytes) => this.#unlessCrashed(() => events.received(bytes)),
      drained: () => this.#unlessCrashed(() => events.drained()),
      closed: (error) => this.#unlessCrashed(() => events.closed(error)),
      exiting: () => undefined,
    };
  }

  #unlessCrashed(act: () => void): void {
    if (!this.isCrashed) {
      act();
    }
  }

  #answered(operation: Operation, outcome: Operation["outcome"]): void {
    operation.outcome = outcome;
    operation.settledAt = this.#world.now;
    operation.outlivedServer = this.#machine.services.some(({ from }) => from > operation.invokedAt);
    this.#aliveAt = Math.max(this.#aliveAt, operation.invokedAt);
  }

  #failed(operation: Operation, error: unknown): void {
    if (!(error instanceof NwsError)) {
      this.#history.violated(`${describe(operation)} threw ${String(error)}`);
      return;
    }
    switch (error.code) {
      case "timed_out":
        this.#answered(operation, "nothing");
        break;
      case "no_such_variable":
      case "variable_deleted":
        this.#answered(operation, "refused");
        break;
      case "lease_lost":
        if (this.#isGone(operation)) {
          operation.outcome = "unknown";
        } else {
          this.#answered(operation, "refused");
        }
        break;
      case "no_such_workspace":
        operation.outcome = "unknown";
        if (!this.#isGone(operation)) {
          this.#history.violated(`${describe(operation)} failed: ${error.message}`);
        }
        break;
      case "aborted":
      case "closed":
        operation.outcome = "unknown";
        break;
      default:
        operation.outcome = "unknown";
        this.#lost(operation, error);
    }
  }

  /** Whether it is about a workspace that went with its server, which the session outlived. */
  #isGone({ key }: Operation): boolean {
    return key?.place !== "kept" && this.#machine.services.length > this.record.run;
  }

  #lost(operation: Operation, error: NwsError): void {
    const isToBeExpected = error instanceof ConnectionLostError || error.code === "connect_failed";
    const hasCause = this.links.some(({ isBroken }) => isBroken);
    if (!isToBeExpected || !hasCause || /protocol|received|refused/.test(error.message)) {
      this.#history.violated(`${describe(operation)} failed: ${error.message}`);
    }
    this.#over();
  }

  #over(): void {
    this.isOver = true;
  }
}
