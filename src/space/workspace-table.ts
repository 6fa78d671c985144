import type { Delivery } from "./delivery.ts";
import type { FailureCode } from "./failure.ts";
import type { Holdings } from "./holdings.ts";
import { CHANGE_BYTES, type Durability } from "./journal.ts";
import type { Keeping } from "./keeping.ts";
import { listWorkspace } from "./listing.ts";
import { badName, fail, isGoodName, notOpen, notYours } from "./refusals.ts";
import type { Session } from "./session.ts";
import { parseTemplate } from "./template.ts";
import { IdleEnd, Workspace, WORKSPACE_OVERHEAD_BYTES } from "./workspace.ts";
import type { SpaceLimits } from "./space-limits.ts";

const DEFAULT_WORKSPACE = "__default";
const DEFAULT_TEMPLATE = "__ws__%d";

export interface OpenOptions {
  /** Whether the session is willing to own the workspace (`open`) or not (`use`). */
  readonly own: boolean;
  /** Whether the workspace outlives its owner; counts only when this session becomes the owner. */
  readonly persistent: boolean;
  /** How safe its changes must be; counts likewise, while it is persistent. Default: as it is, at first as safe as is usual. */
  readonly durability?: Durability | undefined;
  /**
   * How long nobody may have the workspace open before it is deleted, in milliseconds; Infinity: it stays. It holds, whoever says it, until
   * somebody says something else. Default: as it is, at first Infinity.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Whether the workspace is made when it does not exist. */
  readonly create: boolean;
  /**
   * The session goes on after a restart, and opened it before: only a workspace that is there since then will do, and who owns it
   * does not change. Default: false.
   */
  readonly again?: boolean;
  /** What listings show of the owner, beside its peer. */
  readonly label: string;
}

type TableLimits = Pick<SpaceLimits, "maxWorkspaces" | "maxIdleMs">;

export interface WorkspaceTableOptions {
  /** Ends the names that `mktemp` makes. */
  readonly runId: string;
  readonly holdings: Holdings;
  readonly delivery: Delivery;
  readonly keeping: Keeping;
  readonly sessions: Iterable<Session>;
  readonly limits: TableLimits;
}

/** The workspaces of a space: who opens, owns and deletes them. */
export class WorkspaceTable {
  readonly byName = new Map<string, Workspace>();
  readonly system = new Workspace(DEFAULT_WORKSPACE, true);
  readonly #runId: string;
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #keeping: Keeping;
  readonly #sessions: Iterable<Session>;
  readonly #limits: TableLimits;
  #nextMadeName = 0;

  constructor(options: WorkspaceTableOptions) {
    const { runId, holdings, delivery, keeping, sessions, limits } = options;
    this.#limits = limits;
    this.#runId = runId;
    this.#holdings = holdings;
    this.#delivery = delivery;
    this.#keeping = keeping;
    this.#sessions = sessions;
    this.byName.set(DEFAULT_WORKSPACE, this.system);
    this.system.journal = keeping.journal;
  }

  open(session: Session, request: number, name: string, options: OpenOptions): void {
    if (!isGoodName(name)) {
      return fail(session, request, "bad_name", badName("workspace", name));
    }
    if (!session.sees(name)) {
      return fail(session, request, "not_permitted", notYours(name));
    }
    let workspace = this.byName.get(name);
    if (options.again === true && workspace?.isRestored !== true) {
      const message = `workspace '${name}' is not there any more: it was not persistent, and the server was restarted`;
      return fail(session, request, "no_such_workspace", message);
    }
    if (workspace === undefined) {
      if (!options.create) {
        return this.#failMissing(session, request, `workspace '${name}' does not exist`);
      }
      if (this.#isRefused(session, request)) {
        return;
      }
      workspace = new Workspace(name, false);
    }
    const { idleTimeoutMs = workspace.idleTimeoutMs } = options;
    if (workspace.isSystem && idleTimeoutMs !== Infinity) {
      const message = `workspace '${name}' is the system's and stays: it has no idle timeout`;
      return fail(session, request, "workspace_not_deletable", message);
    }
    const becomesOwner = options.own && options.again !== true && workspace.owner === undefined && !workspace.isSystem;
    if (becomesOwner && this.#keeping.isChangeRefused(session, request, workspace, options)) {
      return;
    }
    const isOtherwiseIdle = idleTimeoutMs !== workspace.idleTimeoutMs;
    if (isOtherwiseIdle && this.#keeping.isRefused(session, request, workspace, CHANGE_BYTES, true)) {
      return;
    }
    this.#enter(session, workspace);
    if (becomesOwner) {
      // (If it ceases to be persistent it has no journal afterwards.)
      this.#keeping.noteDependence(session, workspace);
      workspace.owner = session;
      workspace.ownerLabel = options.label;
      session.owned.add(workspace);
      this.#keeping.setPersistent(workspace, options, this.#sessions);
      workspace.journal?.owned(workspace.keptId, session.number);
    }
    if (isOtherwiseIdle) {
      workspace.idleTimeoutMs = idleTimeoutMs;
      workspace.journal?.idleTimeoutSet(workspace.keptId, idleTimeoutMs);
    }
    this.#keeping.noteDependence(session, workspace);
    session.receiver.done(request);
  }

  /** Gives up one workspace: what the session owns, waits for and has booked there. */
  leave(session: Session, request: number, name: string): void {
    const workspace = session.opened.get(name);
    if (workspace === undefined) {
      return fail(session, request, "workspace_not_open", notOpen(name));
    }
    this.#keeping.noteDependence(session, workspace);
    session.opened.delete(name);
    workspace.userCount--;
    for (const waiter of [...session.waits.values()]) {
      if (waiter.variable.workspace === workspace) {
        this.#delivery.stopWaiting(waiter);
        fail(session, waiter.request, "cancelled", `the session left workspace '${name}'`);
      }
    }
    if (workspace.owner === session) {
      session.owned.delete(workspace);
      this.disown(workspace);
    }
    const booked = session.takeBooked(({ variable }) => variable.workspace === workspace);
    this.#delivery.giveBackAll(booked, false);
    for (const { variable } of booked) {
      this.#delivery.failLost(variable);
    }
    this.noteUse(workspace);
    session.receiver.done(request);
  }

  /** The session is over; what it owned has been disowned. */
  leaveAll(session: Session): void {
    const workspaces = [...session.opened.values()];
    session.opened.clear();
    for (const workspace of workspaces) {
      workspace.userCount--;
      this.noteUse(workspace);
    }
  }

  /** When nobody has the workspace open any more, its time begins to run. */
  noteUse(workspace: Workspace): void {
    const { isDeleted, isSystem, isPersistent, userCount, owner, idleEnd } = workspace;
    if (idleEnd !== undefined || isDeleted || isSystem || userCount > 0 || owner !== undefined) {
      return;
    }
    const timeoutMs = isPersistent
      ? workspace.idleTimeoutMs
      : Math.min(workspace.idleTimeoutMs, this.#limits.maxIdleMs);
    if (timeoutMs < Infinity) {
      workspace.idleEnd = new IdleEnd(workspace, this.#holdings.agenda.now() + timeoutMs);
      this.#holdings.agenda.put(workspace.idleEnd);
    }
  }

  /** The time of a workspace is over that nobody has open. */
  expire(workspace: Workspace): void {
    this.#destroy(workspace);
  }

  deleteWs(session: Session, request: number, name: string): void {
    if (!session.sees(name)) {
      return fail(session, request, "not_permitted", notYours(name));
    }
    if (!this.byName.has(name)) {
      return this.#failMissing(session, request, `workspace '${name}' does not exist`);
    }
    if (name === DEFAULT_WORKSPACE) {
      return fail(session, request, "workspace_not_deletable", `workspace '${name}' is the system's and stays`);
    }
    const workspace = this.opened(session, request, name);
    if (workspace !== undefined && !this.#keeping.isRefused(session, request, workspace, CHANGE_BYTES, false)) {
      this.#destroy(workspace);
      session.receiver.done(request);
    }
  }

  listWss(session: Session, request: number, only?: string, extended = false): void {
    this.#keeping.noteDependenceOnAll(session);
    const line = (workspace: Workspace): string => listWorkspace(workspace, session, extended);
    if (only !== undefined) {
      const workspace = session.sees(only) ? this.byName.get(only) : undefined;
      return session.receiver.text(request, workspace === undefined ? "\n" : line(workspace));
    }
    const names = [...this.byName.keys()].filter((name) => session.sees(name)).sort();
    session.receiver.text(request, names.map((name) => line(this.byName.get(name)!)).join(""));
  }

  mktemp(session: Session, request: number, template = DEFAULT_TEMPLATE): void {
    const parsed = parseTemplate(template);
    if (parsed === undefined || !isGoodName(template)) {
      const message = `template '${template}' needs exactly one integer conversion, like %d or %04d`;
      return fail(session, request, "bad_template", message);
    }
    if (this.#isRefused(session, request)) {
      return;
    }
    let name: string;
    do {
      name = parsed.format(this.#nextMadeName++) + this.#runId;
    } while (this.byName.has(name));
    if (!session.sees(name)) {
      return fail(session, request, "not_permitted", notYours(name));
    }
    this.#enter(session, new Workspace(name, false));
    session.receiver.text(request, name);
  }

  /** The workspace of this name that the session has opened, if it is there; or the request is answered with why not. */
  opened(session: Session, request: number, name: string): Workspace | undefined {
    const workspace = session.opened.get(name);
    if (workspace === undefined) {
      fail(session, request, "workspace_not_open", notOpen(name));
      return undefined;
    }
    if (workspace.isDeleted) {
      this.#failMissing(session, request, `workspace '${name}' was deleted; open it again`);
      return undefined;
    }
    this.#keeping.noteDependence(session, workspace);
    return workspace;
  }

  /** Its owner is gone. */
  disown(workspace: Workspace): void {
    workspace.owner = undefined;
    workspace.ownerLabel = "";
    if (workspace.isPersistent) {
      workspace.journal?.disowned(workspace.keptId);
    } else {
      this.#destroy(workspace);
    }
  }

  /** The session has the workspace open, which is there from now on. */
  #enter(session: Session, workspace: Workspace): void {
    const { name, idleEnd } = workspace;
    if (!this.byName.has(name)) {
      this.byName.set(name, workspace);
      this.#holdings.addWorkspace();
    }
    if (session.opened.get(name) !== workspace) {
      session.opened.set(name, workspace);
      workspace.userCount++;
    }
    if (idleEnd !== undefined) {
      this.#holdings.agenda.remove(idleEnd);
      workspace.idleEnd = undefined;
    }
  }

  /** Perhaps it was there a moment ago: what is said must stay true after a crash. */
  #failMissing(session: Session, request: number, message: string): void {
    this.#keeping.noteDependenceOnAll(session);
    fail(session, request, "no_such_workspace", message);
  }

  /** Whether there can be no workspace more; answers the request if so. */
  #isRefused(session: Session, request: number): boolean {
    let refusal: { readonly code: FailureCode; readonly message: string } | undefined;
    if (this.byName.size >= this.#limits.maxWorkspaces) {
      const message = `the server has ${this.byName.size} workspaces, as many as it may`;
      refusal = { code: "too_many_workspaces", message };
    } else if (!this.#holdings.hasRoomFor(WORKSPACE_OVERHEAD_BYTES)) {
      const message = `the server holds ${this.#holdings.memoryBytes} bytes and has no room for a workspace more`;
      refusal = { code: "memory_full", message };
    }
    if (refusal !== undefined) {
      fail(session, request, refusal.code, refusal.message);
    }
    return refusal !== undefined;
  }

  #destroy(workspace: Workspace): void {
    workspace.owner?.owned.delete(workspace);
    workspace.owner = undefined;
    for (const variable of [...workspace.attended]) {
      this.#delivery.failWaiters(variable, `workspace '${workspace.name}' was deleted`);
    }
    this.byName.delete(workspace.name);
    this.#holdings.removeWorkspace(workspace);
  }
}
