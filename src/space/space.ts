import { Agenda } from "./agenda.ts";
import { BookedValues } from "./booked-values.ts";
import { Delivery } from "./delivery.ts";
import { Expiration } from "./expiration.ts";
import { Holdings, metadataBytes, VARIABLE_OVERHEAD_BYTES } from "./holdings.ts";
import { Intake, PLAIN_STORE, type StoreOptions } from "./intake.ts";
import { CHANGE_BYTES, type Journal } from "./journal.ts";
import { Keeping } from "./keeping.ts";
import { type KeptState, keptState } from "./kept-state.ts";
import { listVariables } from "./listing.ts";
import { type Mode, modes } from "./order.ts";
import type { FileValue, Receiver } from "./receiver.ts";
import { badName, fail, isGoodName, notHeld } from "./refusals.ts";
import { Restoration } from "./restoration.ts";
import { type Possessions, Session, type SessionOptions } from "./session.ts";
import { SnapshotReading } from "./snapshot-reading.ts";
import type { SpaceLimits } from "./space-limits.ts";
import { validateSpace } from "./validate.ts";
import { NO_BYTES } from "./slab.ts";
import { VALUE_OVERHEAD_BYTES } from "./value-table.ts";
import { changedLimits, NO_LIMITS, type VariableLimits } from "./variable-limits.ts";
import { Variable } from "./variable.ts";
import type { SessionView, WorkspaceView } from "./views.ts";
import type { OfferedValue, ReadOptions } from "./waiters.ts";
import { type OpenOptions, WorkspaceTable } from "./workspace-table.ts";

/** The limits' default: none. */
export interface SpaceOptions extends Partial<SpaceLimits> {
  /** Ends the names that `mktemp` makes: unique to this run of the server. */
  readonly runId: string;
  /** Where the pseudo-random orders of `multi` variables begin. */
  readonly seed: number;
  /** Called once with each file value that is gone for good, and with one whose store was refused. */
  readonly dropFile: (file: FileValue) => void;
  /**
   * Milliseconds since 1970: asked when it is to be kept, or found out, when a value or an idle workspace is over. Default: a clock that stands
   * at 1.
   */
  readonly wallNow?: () => number;
  /** Called when something will be over at `at`: then `expireDue` is to be called. An earlier time takes the place of a later one. Default: nobody. */
  readonly onExpiry?: (at: number) => void;
  /** Tells when a wait began, to those who look (`views.ts`). Default: no clock, always 0. */
  readonly now?: () => number;
  /** Takes the changes of persistent workspaces. Default: nobody does, and that costs nothing. */
  readonly journal?: Journal;
}

/** A value on its way in: bytes `[start, end)`. */
export interface NewValue {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What `declare` says beside the mode: what is left out stays as it was. */
export type LimitOptions = Partial<VariableLimits>;

/**
 * All that a server knows, as a deterministic machine without sockets, clocks or promises. Sessions call it with requests; the
 * answers, to them and to others whose wait ended, go to the sessions' receivers during the call (see `Receiver`). Every request is
 * answered exactly once, sooner or later, unless its session ends first. Names are byte strings.
 *
 * Life of a value: stored ▶ free ▶ booked (by a fetch) ▶ gone (confirmed, acknowledged)
 *                            ▲──────────┘ released, expired, or the session ended: back in its old place
 *
 * Beside that a free value goes when its time to live is over, or when a newer one wants its room (single, `dropOldest`).
 */
export class Space {
  readonly #seed: number;
  readonly #limits: SpaceLimits;
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #keeping: Keeping;
  readonly #workspaces: WorkspaceTable;
  readonly #booked: BookedValues;
  readonly #intake: Intake;
  readonly #expiration: Expiration;
  readonly #snapshot: SnapshotReading;
  readonly #sessions = new Set<Session>();
  #sessionsMade = 0;

  constructor(options: SpaceOptions) {
    this.#seed = options.seed;
    const { maxWaiting = Infinity, maxMemoryBytes = Infinity, maxWorkspaces = Infinity } = options;
    const { maxVariables = Infinity, maxIdleMs = Infinity } = options;
    this.#limits = { maxWaiting, maxMemoryBytes, maxWorkspaces, maxVariables, maxIdleMs };
    const agenda = new Agenda(options.wallNow ?? stoppedClock, options.onExpiry ?? nobody);
    this.#holdings = new Holdings(agenda, this.#limits, options.dropFile);
    this.#delivery = new Delivery(this.#holdings, options.now ?? noClock);
    this.#keeping = new Keeping(options.journal);
    const rooms = { holdings: this.#holdings, delivery: this.#delivery, keeping: this.#keeping };
    this.#workspaces = new WorkspaceTable({
      runId: options.runId,
      sessions: this.#sessions,
      limits: this.#limits,
      ...rooms,
    });
    this.#intake = new Intake(this.#holdings, this.#delivery, options.seed, this.#limits);
    this.#expiration = new Expiration(this.#holdings, this.#workspaces);
    this.#booked = new BookedValues(this.#holdings, this.#delivery, this.#keeping);
    this.#snapshot = new SnapshotReading(this.#workspaces.byName, this.#holdings, this.#keeping);
  }

  /** Sets limits. What is over them now stays; workspaces whose idle time runs already keep their moment. */
  changeLimits(limits: Partial<SpaceLimits>): void {
    Object.assign(this.#limits, limits);
  }

  /** For whoever only looks. */
  get workspaces(): ReadonlyMap<string, WorkspaceView> {
    return this.#workspaces.byName;
  }

  get sessions(): ReadonlySet<SessionView> {
    return this.#sessions;
  }

  /** Live numbers: bytes are those of values (and what keeps them), free and booked. */
  get stats(): Readonly<
    Record<"sessions" | "workspaces" | "variables" | "waiting" | "memoryBytes" | "fileBytes", number>
  > {
    return {
      sessions: this.#sessions.size,
      workspaces: this.#workspaces.byName.size,
      variables: this.#holdings.variableCount,
      waiting: this.#delivery.waitingCount,
      memoryBytes: this.#holdings.memoryBytes,
      fileBytes: this.#holdings.fileBytes,
    };
  }

  // Sessions

  join(receiver: Receiver, peer: string, options?: SessionOptions): Session {
    const session = new Session(++this.#sessionsMade, receiver, peer, options);
    this.#sessions.add(session);
    return session;
  }

  /**
   * The client of a session of an earlier run (see `Restoration.finish`) is back: `receiver` speaks for it, and what was booked for it and has not
   * reached it goes back.
   */
  regain(session: Session, receiver: Receiver, peer: string, possessions: Possessions): void {
    session.receiver = receiver;
    session.peer = peer;
    const givenBack = possessions.givenBack.map((booking) => session.takeBooking(booking));
    this.#booked.confirm(session, possessions.lastBooking);
    const others = session.takeUnpossessed(possessions);
    this.#delivery.giveBackAll([...givenBack.filter((booking) => booking !== undefined), ...others], false);
    this.#admit();
  }

  /**
   * Its waits end without an answer, what it owned and is not persistent goes, what it had booked goes back. If it is told of its end,
   * that depends on what it has done (above all on what it confirmed) and on what went with it.
   */
  end(session: Session): void {
    if (session.ended) {
      return;
    }
    session.ended = true;
    this.#sessions.delete(session);
    this.#snapshot.end(session);
    for (const waiter of [...session.waits.values()]) {
      this.#delivery.stopWaiting(waiter);
    }
    // (First: a workspace that goes has no journal afterwards, and that it goes is what must not be forgotten.)
    for (const workspace of session.opened.values()) {
      this.#keeping.noteDependence(session, workspace);
    }
    for (const workspace of session.owned) {
      this.#workspaces.disown(workspace);
    }
    session.owned.clear();
    this.#delivery.giveBackAll(
      session.takeBooked(() => true),
      true,
    );
    this.#workspaces.leaveAll(session);
    this.#admit();
  }

  // Workspaces

  open(session: Session, request: number, name: string, options: OpenOptions): void {
    this.#workspaces.open(session, request, name, options);
  }

  /** Gives up one workspace: what the session owns, waits for and has booked there. */
  leave(session: Session, request: number, name: string): void {
    this.#workspaces.leave(session, request, name);
    this.#admit();
  }

  deleteWs(session: Session, request: number, name: string): void {
    this.#workspaces.deleteWs(session, request, name);
    this.#admit();
  }

  /** `only`: of this one alone. `extended`: with the durability and the idle timeout. */
  listWss(session: Session, request: number, only?: string, extended = false): void {
    this.#workspaces.listWss(session, request, only, extended);
  }

  /** Makes a workspace with a new name, and answers with that. */
  mktemp(session: Session, request: number, template?: string): void {
    this.#workspaces.mktemp(session, request, template);
  }

  // Variables

  /** Fixes the mode, and sets limits; stores that wait are let in, or refused, as if they came now. */
  declare(
    session: Session,
    request: number,
    workspaceName: string,
    name: string,
    mode: string,
    given?: LimitOptions,
  ): void {
    if (!isMode(mode)) {
      return fail(session, request, "bad_mode", `mode '${mode}' is none of ${modes.join(", ")}`);
    }
    const mistake = given && mistakeIn(mode, given);
    if (mistake !== undefined) {
      return fail(session, request, "bad_arguments", mistake);
    }
    const variable = this.#changeable(session, request, workspaceName, name);
    if (variable === undefined) {
      return;
    }
    if (variable.mode === undefined) {
      if (this.#keeping.isRefused(session, request, variable.workspace, CHANGE_BYTES, true)) {
        return;
      }
      this.#intake.setMode(variable, mode, this.#seed + variable.id);
    } else if (variable.mode !== mode) {
      const message = `variable '${name}' is ${variable.mode} already and cannot become ${mode}`;
      return fail(session, request, "mode_conflict", message);
    }
    if (given !== undefined && this.#isLimitingRefused(session, request, variable, given)) {
      return;
    }
    session.receiver.done(request);
    this.#admit();
  }

  /**
   * From now on only the owner of the workspace, which must be this session, may store into the variable, declare or delete it: whoever
   * reads it knows who has stored what is there. It stays so until the variable is deleted.
   */
  guard(session: Session, request: number, workspaceName: string, name: string): void {
    const workspace = this.#workspaces.opened(session, request, workspaceName);
    if (workspace === undefined) {
      return;
    }
    if (workspace.owner !== session) {
      return fail(
        session,
        request,
        "not_permitted",
        `only the owner of workspace '${workspaceName}' may guard variables`,
      );
    }
    const variable = this.#changeable(session, request, workspaceName, name);
    if (variable !== undefined && !this.#keeping.isRefused(session, request, workspace, CHANGE_BYTES, true)) {
      variable.isGuarded = true;
      workspace.journal?.guarded(variable.id);
      session.receiver.done(request);
      for (const storer of [...variable.storers]) {
        if (storer.session !== session) {
          this.#delivery.fail(storer, variable, "not_permitted", guarded(name));
        }
      }
      this.#admit();
    }
  }

  deleteVar(session: Session, request: number, workspaceName: string, name: string): void {
    const workspace = this.#workspaces.opened(session, request, workspaceName);
    if (workspace === undefined) {
      return;
    }
    const variable = workspace.variables.get(name);
    if (variable === undefined) {
      return fail(session, request, "no_such_variable", `workspace '${workspaceName}' has no variable '${name}'`);
    }
    if (variable.isGuarded && workspace.owner !== session) {
      return fail(session, request, "not_permitted", guarded(name));
    }
    if (this.#keeping.isRefused(session, request, workspace, CHANGE_BYTES, false)) {
      return;
    }
    this.#delivery.failWaiters(variable, `variable '${name}' was deleted`);
    this.#holdings.removeVariable(variable);
    session.receiver.done(request);
    this.#admit();
  }

  listVars(session: Session, request: number, workspaceName: string, extended: boolean): void {
    const workspace = this.#workspaces.opened(session, request, workspaceName);
    if (workspace !== undefined) {
      session.receiver.text(request, listVariables(workspace, extended));
    }
  }

  // Values

  /**
   * Answers at once, or when there is room. Small values are copied; of a larger one a buffer of its own is kept, a slice of a bigger buffer
   * copied.
   */
  store(
    session: Session,
    request: number,
    workspaceName: string,
    name: string,
    descriptor: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    how = PLAIN_STORE,
  ): void {
    const variable = this.#changeable(
      session,
      request,
      workspaceName,
      name,
      end - start + VALUE_OVERHEAD_BYTES + metadataBytes(how.metadata),
    );
    if (variable === undefined) {
      return;
    }
    if (variable.limits === undefined && how === PLAIN_STORE) {
      this.#intake.add(variable, descriptor, bytes, start, end, 0);
      session.receiver.done(request);
    } else {
      this.#intake.offer(session, request, variable, [{ descriptor, bytes, start, end, file: undefined }], how);
      this.#admit();
    }
  }

  storeFile(
    session: Session,
    request: number,
    workspaceName: string,
    name: string,
    descriptor: number,
    file: FileValue,
    how = PLAIN_STORE,
  ): void {
    const variable = this.#changeable(
      session,
      request,
      workspaceName,
      name,
      VALUE_OVERHEAD_BYTES + metadataBytes(how.metadata),
    );
    if (variable === undefined) {
      this.#holdings.dropFile(file);
    } else {
      this.#intake.offer(session, request, variable, [inFile(descriptor, file)], how);
      this.#admit();
    }
  }

  /** All or nothing, one after the other. */
  storeSeveral(
    session: Session,
    request: number,
    workspaceName: string,
    name: string,
    values: readonly NewValue[],
    how = PLAIN_STORE,
  ): void {
    const bytes =
      values.reduce((sum, { start, end }) => sum + end - start + VALUE_OVERHEAD_BYTES, 0) +
      values.length * metadataBytes(how.metadata);
    const variable = this.#changeable(session, request, workspaceName, name, bytes);
    if (variable === undefined) {
      return;
    }
    if (variable.limits === undefined && how === PLAIN_STORE) {
      for (const { descriptor, bytes, start, end } of values) {
        this.#intake.add(variable, descriptor, bytes, start, end, 0);
      }
      session.receiver.done(request);
    } else {
      const offered = values.map((value) => ({ ...value, file: undefined }));
      this.#intake.offer(session, request, variable, offered, how);
      this.#admit();
    }
  }

  /** Fetch, find and the steps of iterators: answers at once, waits, or says `none`. */
  read(session: Session, request: number, workspaceName: string, name: string, how: ReadOptions): void {
    const variable = this.#variable(session, request, workspaceName, name);
    if (variable === undefined) {
      return;
    }
    if (how.after !== undefined) {
      if (how.after.variableId !== variable.id) {
        return fail(session, request, "iterator_ended", `variable '${name}' was deleted and made again`);
      }
      if (variable.order?.isIterable === false) {
        return fail(session, request, "not_iterable", `variable '${name}' is ${variable.mode!}: it has no iteration`);
      }
    }
    if (this.#delivery.tryRead(session, request, variable, how)) {
      return;
    }
    if (!how.wait) {
      return session.receiver.none(request);
    }
    if (this.#delivery.waitingCount >= this.#limits.maxWaiting) {
      const message = `${this.#limits.maxWaiting} requests wait on this server already`;
      return fail(session, request, "too_many_waiting", message);
    }
    this.#delivery.wait(session, request, variable, how);
    this.#admit();
  }

  /** Ends a wait. Returns false, and does nothing, when the request does not wait (it was answered). */
  cancel(session: Session, request: number, code: "cancelled" | "timed_out"): boolean {
    const waiter = session.waits.get(request);
    if (waiter === undefined) {
      return false;
    }
    this.#delivery.stopWaiting(waiter);
    const how = code === "cancelled" ? "was cancelled" : "timed out";
    const what = waiter.offer === undefined ? `'${waiter.variable.name}'` : `room in '${waiter.variable.name}'`;
    fail(session, request, code, `waiting for ${what} ${how}`);
    this.#admit();
    return true;
  }

  // Booked values

  /** All plain bookings with numbers up to `upTo` are gone. */
  confirm(session: Session, upTo: number): void {
    this.#booked.confirm(session, upTo);
    this.#admit();
  }

  ack(session: Session, request: number, lease: number): void {
    this.#booked.ack(session, request, lease);
    this.#admit();
  }

  /** Answers whether the lease is still held, and returns it. */
  extend(session: Session, request: number, lease: number): boolean {
    return this.#booked.extend(session, request, lease);
  }

  /** The time of a lease is over. */
  expire(session: Session, lease: number): void {
    this.#booked.expire(session, lease);
    this.#admit();
  }

  /** Puts one booked value back in its old place. */
  release(session: Session, request: number, kind: "booking" | "lease", number: number): void {
    this.#booked.release(session, request, kind, number);
    this.#admit();
  }

  /** Acknowledges a lease and stores a value: both or neither. While it waits for room the lease is held; if that ends, it fails. */
  complete(
    session: Session,
    request: number,
    lease: number,
    workspaceName: string,
    name: string,
    descriptor: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    how = PLAIN_STORE,
  ): void {
    const variable = this.#completable(
      session,
      request,
      lease,
      workspaceName,
      name,
      end - start + VALUE_OVERHEAD_BYTES + metadataBytes(how.metadata),
    );
    if (variable !== undefined) {
      this.#complete(session, request, variable, { descriptor, bytes, start, end, file: undefined }, how, lease);
    }
  }

  completeFile(
    session: Session,
    request: number,
    lease: number,
    workspaceName: string,
    name: string,
    descriptor: number,
    file: FileValue,
    how = PLAIN_STORE,
  ): void {
    const variable = this.#completable(
      session,
      request,
      lease,
      workspaceName,
      name,
      VALUE_OVERHEAD_BYTES + metadataBytes(how.metadata),
    );
    if (variable === undefined) {
      this.#holdings.dropFile(file);
    } else {
      this.#complete(session, request, variable, inFile(descriptor, file), how, lease);
    }
  }

  // Time

  /** It is `now`: what is over goes, or a good part of it (then `onExpiry` is called with a time that has passed). */
  expireDue(now: number): void {
    this.#expiration.run(now);
    this.#admit();
  }

  // Snapshots

  /** Keeps workspaces as they are now, for this session to read. */
  takeSnapshot(session: Session, request: number, names: readonly string[]): void {
    this.#snapshot.take(session, request, names);
  }

  /** Answers with values of a variable of the session's snapshot. False, and nothing is answered: there is no such variable. */
  readSnapshot(session: Session, request: number, number: number, from: number): boolean {
    return this.#snapshot.read(session, request, number, from);
  }

  // Persistence

  /** Whether what this session stores there goes to the journal. */
  keeps(session: Session, workspaceName: string): boolean {
    return session.opened.get(workspaceName)?.journal !== undefined;
  }

  /** All that the journal keeps, to be looked at step by step: for copies of the whole. */
  keptState(): KeptState {
    return keptState(this.#workspaces.byName.values(), this.#keeping.idsBelow);
  }

  /** Takes what another run has left, before anybody joins; nothing is emitted until that is finished. */
  restore(): Restoration {
    this.#workspaces.system.journal = undefined;
    this.#holdings.agenda.pause();
    return new Restoration({
      workspaces: this.#workspaces.byName,
      holdings: this.#holdings,
      system: this.#workspaces.system,
      seed: this.#seed,
      rejoined: (number, peer, options) => {
        const session = new Session(number, away, peer, options);
        this.#sessionsMade = Math.max(this.#sessionsMade, number);
        this.#sessions.add(session);
        return session;
      },
      finished: (idsBelow) => {
        for (const workspace of this.#workspaces.byName.values()) {
          workspace.journal = this.#keeping.journalOf(workspace);
          this.#workspaces.noteUse(workspace);
        }
        this.#keeping.continueFrom(idsBelow);
        this.#holdings.agenda.resume();
      },
    });
  }

  /** Throws when an invariant does not hold: for tests, after every step. */
  validate(): void {
    const hasRoomForFirst = (variable: Variable): boolean => this.#intake.hasRoomForFirst(variable);
    validateSpace(this.#workspaces.byName.values(), this.#sessions, this.stats, hasRoomForFirst);
  }

  // Inside

  /** A request is done: stores that wait are let in where that has made room. */
  #admit(): void {
    if (this.#holdings.roomy.size > 0) {
      this.#intake.admit();
    }
  }

  #complete(
    session: Session,
    request: number,
    variable: Variable,
    value: OfferedValue,
    how: StoreOptions,
    lease: number,
  ): void {
    const leased = session.leases.get(lease)!.variable;
    this.#intake.offer(session, request, variable, [value], how, lease, leased);
    this.#admit();
  }

  /** Sets limits; or answers that the journal cannot take that. */
  #isLimitingRefused(session: Session, request: number, variable: Variable, given: LimitOptions): boolean {
    const before = variable.limits ?? NO_LIMITS;
    const after = changedLimits(before, given);
    if (after === before) {
      return false;
    }
    if (this.#keeping.isRefused(session, request, variable.workspace, CHANGE_BYTES, true)) {
      return true;
    }
    variable.limits = after;
    variable.workspace.journal?.limitsSet(variable.id, after);
    if (variable.storers.size > 0) {
      this.#holdings.roomy.add(variable);
    }
    return false;
  }

  /** Like `#variable`, for a request that changes more than who has which value. */
  #changeable(session: Session, request: number, workspaceName: string, name: string, bytes = 0): Variable | undefined {
    const variable = this.#variable(session, request, workspaceName, name, bytes);
    if (variable?.isGuarded === true && variable.workspace.owner !== session) {
      fail(session, request, "not_permitted", guarded(name));
      return undefined;
    }
    return variable;
  }

  /**
   * The variable, made when it is not there, if there is room for it and for `bytes` more in it; or the request is
   * answered with why not.
   */
  #variable(session: Session, request: number, workspaceName: string, name: string, bytes = 0): Variable | undefined {
    const workspace = this.#workspaces.opened(session, request, workspaceName);
    if (workspace === undefined) {
      return undefined;
    }
    const variable = workspace.variables.get(name);
    if (variable?.expiries !== undefined) {
      this.#expiration.pass(variable);
      this.#admit();
    }
    if (variable === undefined && !isGoodName(name)) {
      fail(session, request, "bad_name", badName("variable", name));
      return undefined;
    }
    if (variable === undefined && this.#holdings.variableCount >= this.#limits.maxVariables) {
      const message = `the server has ${this.#holdings.variableCount} variables, as many as it may`;
      fail(session, request, "too_many_variables", message);
      return undefined;
    }
    const needed = variable === undefined ? bytes + VARIABLE_OVERHEAD_BYTES : bytes;
    if (!this.#holdings.hasRoomFor(needed)) {
      const message = `the server holds ${this.#holdings.memoryBytes} bytes and has no room for ${needed} more`;
      fail(session, request, "memory_full", message);
      return undefined;
    }
    if (needed > 0 && this.#keeping.isRefused(session, request, workspace, needed + name.length + CHANGE_BYTES, true)) {
      return undefined;
    }
    if (variable !== undefined) {
      return variable;
    }
    const fresh = new Variable(this.#keeping.nextId(), name, workspace);
    this.#holdings.addVariable(fresh);
    return fresh;
  }

  #completable(
    session: Session,
    request: number,
    lease: number,
    workspace: string,
    name: string,
    bytes: number,
  ): Variable | undefined {
    const leased = session.leases.get(lease)?.variable;
    if (leased?.isDeleted !== false) {
      fail(session, request, "lease_lost", notHeld("lease", lease));
      return undefined;
    }
    this.#keeping.noteDependence(session, leased.workspace);
    return this.#changeable(session, request, workspace, name, bytes);
  }
}

/** Speaks for those who have nothing to ask, for they are not there. */
const away: Receiver = {
  done: unasked,
  none: unasked,
  failed: unasked,
  value: unasked,
  text: unasked,
};

function unasked(): never {
  throw new Error("an answer for a session that is away");
}

function noClock(): number {
  return 0;
}

function stoppedClock(): number {
  return 1;
}

function nobody(): void {
  // Nobody is told.
}

function inFile(descriptor: number, file: FileValue): OfferedValue {
  return { descriptor, bytes: NO_BYTES, start: 0, end: 0, file };
}

/** Why a variable cannot have these limits. */
function mistakeIn(mode: Mode, { maxValues, maxBytes, ttlMs }: LimitOptions): string | undefined {
  const least = Math.min(maxValues ?? Infinity, maxBytes ?? Infinity, ttlMs ?? Infinity);
  if (!(least >= 1)) {
    return `a limit of ${least}; the least is 1`;
  }
  const isBounded = (maxValues ?? Infinity) < Infinity || (maxBytes ?? Infinity) < Infinity;
  return mode === "single" && isBounded
    ? "a single variable holds one value, which each store replaces: it has no other limit than a time to live"
    : undefined;
}

function isMode(text: string): text is Mode {
  return (modes as readonly string[]).includes(text);
}

function guarded(name: string): string {
  return `variable '${name}' is guarded: only the owner of its workspace may store into it, declare or delete it`;
}
