import type { FailureCode, VariableLimits } from "../../src/space/index.ts";
import type { BookingKind, Call, TestValue } from "./calls.ts";
import type { Event } from "./events.ts";
import { askerOf, limitsOf, memorySum, NaiveDelivery, type NaiveOptions, sum } from "./naive-delivery.ts";
import { listVars, listWss } from "./naive-listings.ts";
import { NaiveSession, type NaiveValue, NaiveVariable, NaiveWorkspace } from "./naive-variable.ts";

const MODES: readonly string[] = ["fifo", "lifo", "multi", "single"];

type RequestCall = Extract<Call, { readonly do: string; readonly request: number }>;
type PlaceCall = Extract<Call, { readonly variable: string }>;

/**
 * What the specs say, the slow way: plain arrays, everything searched for, nothing remembered that can be counted. It is
 * written from the specs and not from the machine, and stays so short that one can see that it is right.
 */
export class NaiveSpace {
  readonly #delivery: NaiveDelivery;
  readonly #options: NaiveOptions;
  readonly #sessions = new Map<number, NaiveSession>();
  readonly #workspaces = new Map<string, NaiveWorkspace>([["__default", new NaiveWorkspace("__default")]]);
  #variablesMade = 0;
  #namesMade = 0;

  constructor(options: NaiveOptions) {
    this.#options = options;
    this.#delivery = new NaiveDelivery(this.#workspaces, options);
    this.#workspaces.get("__default")!.isPersistent = true;
  }

  /** Returns what `cancel` returns, and true for every other call. */
  apply(call: Call): boolean {
    this.#delivery.events = [];
    if (call.do === "join") {
      this.#sessions.set(call.session, new NaiveSession(call.session, call.leaseOver));
      return true;
    }
    const session = this.#sessions.get(call.session)!;
    const result = this.#apply(session, call);
    this.#delivery.failLost();
    this.#delivery.admit();
    return result;
  }

  #apply(session: NaiveSession, call: Exclude<Call, { readonly do: "join" }>): boolean {
    switch (call.do) {
      case "passTime":
        this.#delivery.now += call.ms;
        return true;
      case "expireDue":
        this.#expireDue();
        return true;
      case "end":
        this.#end(session);
        return true;
      case "confirm":
        this.#delivery.remove((value) => isHeldBy(value, session, "booking") && value.holder!.number <= call.upTo);
        return true;
      case "expire":
        this.#delivery.giveBack(
          (value) => isHeldBy(value, session, "lease") && value.holder!.number === call.lease,
          true,
        );
        return true;
      case "cancel":
        return this.#delivery.cancel(session, call.request, call.code);
      default:
        this.#request(session, call);
        return true;
    }
  }

  // What tests ask

  /** What came out during the last call. */
  get events(): readonly Event[] {
    return this.#delivery.events;
  }

  get workspaceNames(): string[] {
    return [...this.#workspaces.keys()];
  }

  get stats(): Record<"sessions" | "workspaces" | "variables" | "waiting" | "memoryBytes" | "fileBytes", number> {
    const values = this.#delivery.variables().flatMap((variable) => variable.values);
    return {
      sessions: this.#sessions.size,
      workspaces: this.#workspaces.size,
      variables: this.#delivery.variables().length,
      waiting: this.#delivery.waiters().length + this.#delivery.storers().length,
      memoryBytes: this.#memoryBytes(),
      fileBytes: sum([...values, ...this.#offered()].map((value) => (value.isFile ? value.length : 0))),
    };
  }

  waitsOf(session: number): number[] {
    const waiting = [...this.#delivery.waiters(), ...this.#delivery.storers()];
    return waiting.flatMap((waiter) => (waiter.session.number === session ? [waiter.request] : []));
  }

  heldBy(session: number, kind: BookingKind): number[] {
    return this.#delivery
      .values()
      .flatMap(({ holder }) => (holder?.session.number === session && holder.kind === kind ? [holder.number] : []));
  }

  // Requests

  #request(session: NaiveSession, call: Exclude<RequestCall, { readonly do: "cancel" }>): void {
    switch (call.do) {
      case "open":
        return this.#open(session, call);
      case "leave":
        return this.#leave(session, call);
      case "deleteWs":
        return this.#deleteWs(session, call);
      case "listWss":
        return this.#delivery.text(call, listWss(this.#workspacesCalled(call.only), session));
      case "mktemp":
        return this.#mktemp(session, call);
      case "listVars": {
        const workspace = this.#opened(session, call);
        return (
          workspace && this.#delivery.text(call, listVars(workspace, call.extended, this.#options.valueOverheadBytes))
        );
      }
      case "ack":
      case "extend":
      case "release":
        return this.#giveUp(session, call);
      default:
        return this.#onVariable(session, call);
    }
  }

  #open(session: NaiveSession, call: Extract<Call, { do: "open" }>): void {
    if (!isGoodName(call.ws)) {
      return this.#delivery.fail(call, "bad_name");
    }
    let workspace = this.#workspaces.get(call.ws);
    if (workspace === undefined) {
      if (!call.create) {
        return this.#delivery.fail(call, "no_such_workspace");
      }
      if (this.#hasNoRoom(this.#options.workspaceOverheadBytes)) {
        return this.#delivery.fail(call, "memory_full");
      }
      workspace = new NaiveWorkspace(call.ws);
      this.#workspaces.set(call.ws, workspace);
    }
    if (call.ws === "__default" && (call.idleTimeoutMs ?? Infinity) < Infinity) {
      return this.#delivery.fail(call, "workspace_not_deletable");
    }
    workspace.idleTimeoutMs = call.idleTimeoutMs ?? workspace.idleTimeoutMs;
    workspace.idleSince = undefined;
    session.opened.set(call.ws, workspace);
    if (call.own && workspace.owner === undefined && call.ws !== "__default") {
      workspace.owner = session;
      workspace.isPersistent = call.persistent;
      const isKept = call.persistent || call.durability !== undefined;
      workspace.durability = isKept ? (call.durability ?? workspace.durability) : undefined;
    }
    this.#delivery.done(call);
  }

  #leave(session: NaiveSession, call: Extract<Call, { do: "leave" | "deleteWs" }>): void {
    const workspace = session.opened.get(call.ws);
    if (workspace === undefined) {
      return this.#delivery.fail(call, "workspace_not_open");
    }
    session.opened.delete(call.ws);
    const isHere = (variable: NaiveVariable): boolean => workspace.variables.get(variable.name) === variable;
    for (const waiter of this.#delivery
      .waiters()
      .filter((waiter) => waiter.session === session && isHere(waiter.variable))) {
      this.#delivery.stopWaiting(waiter);
      this.#delivery.fail(askerOf(waiter), "cancelled");
    }
    for (const { session: who, request, variable } of this.#delivery.storers()) {
      if (who === session && isHere(variable)) {
        this.#delivery.cancel(session, request, "cancelled");
      }
    }
    this.#disown(workspace, session);
    this.#delivery.giveBack((value, variable) => value.holder!.session === session && isHere(variable));
    this.#noteIdle();
    this.#delivery.done(call);
  }

  #deleteWs(session: NaiveSession, call: Extract<Call, { do: "leave" | "deleteWs" }>): void {
    if (!this.#workspaces.has(call.ws)) {
      return this.#delivery.fail(call, "no_such_workspace");
    }
    if (call.ws === "__default") {
      return this.#delivery.fail(call, "workspace_not_deletable");
    }
    const workspace = this.#opened(session, call);
    if (workspace !== undefined) {
      this.#destroy(workspace);
      this.#delivery.done(call);
    }
  }

  #mktemp(session: NaiveSession, call: Extract<Call, { do: "mktemp" }>): void {
    // Two templates are enough here; the unit tests of the templates have the others.
    const template = call.template ?? "__ws__%d";
    if (!/^[^%]*%d[^%]*$/.test(template)) {
      return this.#delivery.fail(call, "bad_template");
    }
    if (this.#hasNoRoom(this.#options.workspaceOverheadBytes)) {
      return this.#delivery.fail(call, "memory_full");
    }
    const name = template.replace("%d", String(this.#namesMade++)) + this.#options.runId;
    const workspace = new NaiveWorkspace(name);
    this.#workspaces.set(name, workspace);
    session.opened.set(name, workspace);
    this.#delivery.text(call, name);
  }

  #giveUp(session: NaiveSession, call: Extract<Call, { do: "ack" | "extend" | "release" }>): void {
    const [kind, number] = call.do === "release" ? [call.kind, call.number] : (["lease", call.lease] as const);
    if (!this.#holds(session, kind, number)) {
      return this.#delivery.fail(call, "lease_lost");
    }
    const isMeant = (value: NaiveValue): boolean => isHeldBy(value, session, kind) && value.holder!.number === number;
    if (call.do === "ack") {
      this.#delivery.remove(isMeant);
    } else if (call.do === "release") {
      this.#delivery.giveBack(isMeant);
    }
    this.#delivery.done(call);
  }

  // Requests about a variable

  #onVariable(session: NaiveSession, call: PlaceCall): void {
    const values =
      call.do === "store" || call.do === "complete" ? [call.value] : call.do === "storeSeveral" ? call.values : [];
    const reason = this.#refusal(session, call, values);
    if (reason !== undefined) {
      this.#delivery.drop(values);
      return this.#delivery.fail(call, reason);
    }
    const workspace = session.opened.get(call.ws)!;
    let variable = workspace.variables.get(call.variable);
    if (variable === undefined) {
      variable = new NaiveVariable(++this.#variablesMade, call.variable);
      workspace.variables.set(call.variable, variable);
    }
    switch (call.do) {
      case "declare":
        variable.mode ??= call.mode as NaiveVariable["mode"];
        if (variable.mode !== call.mode) {
          return this.#delivery.fail(call, "mode_conflict");
        }
        if (call.limits !== undefined && JSON.stringify(call.limits) !== "{}") {
          const limits = { ...limitsOf(variable), ...call.limits };
          const isOther = JSON.stringify(textsOf(limits)) !== JSON.stringify(textsOf(limitsOf(variable)));
          variable.limits = isOther ? limits : variable.limits;
        }
        return this.#delivery.done(call);
      case "guard":
        variable.isGuarded = true;
        for (const storer of variable.storers) {
          if (storer.session !== session) {
            this.#delivery.refuse(storer, "not_permitted");
          }
        }
        return this.#delivery.done(call);
      case "deleteVar":
        this.#delivery.drop(variable.values);
        this.#delivery.failWaiters(variable);
        workspace.variables.delete(call.variable);
        return this.#delivery.done(call);
      case "read":
        return this.#delivery.read({ session, request: call.request, variable, how: call.how });
    }
    const leased =
      call.do !== "complete"
        ? undefined
        : this.#delivery
            .values()
            .find((value) => isHeldBy(value, session, "lease") && value.holder!.number === call.lease);
    const { how = { ttlMs: undefined, wait: true }, request } = call;
    this.#delivery.offer({ session, request, variable, values, how, leased });
  }

  /** Why a request about a variable changes nothing at all. */
  #refusal(session: NaiveSession, call: PlaceCall, values: readonly TestValue[]): FailureCode | undefined {
    if (call.do === "declare" && !MODES.includes(call.mode)) {
      return "bad_mode";
    }
    if (call.do === "declare" && call.mode === "single") {
      const { maxValues = Infinity, maxBytes = Infinity } = call.limits ?? {};
      if (maxValues < Infinity || maxBytes < Infinity) {
        return "bad_arguments";
      }
    }
    if (call.do === "complete" && !this.#holds(session, "lease", call.lease)) {
      return "lease_lost";
    }
    const workspace = session.opened.get(call.ws);
    if (workspace === undefined) {
      return "workspace_not_open";
    }
    if (workspace.isDeleted) {
      return "no_such_workspace";
    }
    const isThere = workspace.variables.has(call.variable);
    if (call.do === "guard" && workspace.owner !== session) {
      return "not_permitted";
    }
    if (call.do === "deleteVar") {
      return !isThere ? "no_such_variable" : this.#isGuarded(session, call) ? "not_permitted" : undefined;
    }
    if (isThere) {
      // Who asks about a variable does not see what is over, whether or not somebody has said how late it is.
      this.#delivery.expire(workspace.variables.get(call.variable)!);
      this.#delivery.admit();
    }
    if (!isThere && !isGoodName(call.variable)) {
      return "bad_name";
    }
    const { valueOverheadBytes, variableOverheadBytes } = this.#options;
    const valueBytes = values.map((value) => (value.isFile ? 0 : value.length) + valueOverheadBytes);
    const needed = sum(valueBytes) + (isThere ? 0 : variableOverheadBytes);
    if (this.#hasNoRoom(needed)) {
      return "memory_full";
    }
    return call.do !== "read" && this.#isGuarded(session, call) ? "not_permitted" : undefined;
  }

  /** Whether the variable is not this session's to change. */
  #isGuarded(session: NaiveSession, call: PlaceCall): boolean {
    const workspace = session.opened.get(call.ws)!;
    return workspace.variables.get(call.variable)?.isGuarded === true && workspace.owner !== session;
  }

  #end(session: NaiveSession): void {
    this.#sessions.delete(session.number);
    for (const waiter of this.#delivery.waiters().filter((waiter) => waiter.session === session)) {
      this.#delivery.stopWaiting(waiter);
    }
    for (const storer of this.#delivery.storers().filter((storer) => storer.session === session)) {
      this.#delivery.stopStoring(storer);
      this.#delivery.drop(storer.values);
    }
    for (const workspace of [...this.#workspaces.values()]) {
      this.#disown(workspace, session);
    }
    this.#delivery.giveBack((value) => value.holder!.session === session, true);
    this.#noteIdle();
  }

  /** Since now nobody has these open. */
  #noteIdle(): void {
    for (const workspace of this.#workspaces.values()) {
      const isUsed = [...this.#sessions.values()].some(({ opened }) => [...opened.values()].includes(workspace));
      if (!isUsed && workspace.idleTimeoutMs < Infinity) {
        workspace.idleSince ??= this.#delivery.now;
      }
    }
  }

  #expireDue(): void {
    for (const variable of this.#delivery.variables()) {
      this.#delivery.expire(variable);
    }
    for (const workspace of [...this.#workspaces.values()]) {
      const { idleSince = Infinity, idleTimeoutMs } = workspace;
      if (idleSince + idleTimeoutMs <= this.#delivery.now) {
        this.#destroy(workspace);
      }
    }
  }

  #disown(workspace: NaiveWorkspace, session: NaiveSession): void {
    if (workspace.owner !== session) {
      return;
    }
    workspace.owner = undefined;
    if (!workspace.isPersistent) {
      this.#destroy(workspace);
    }
  }

  #destroy(workspace: NaiveWorkspace): void {
    for (const variable of workspace.variables.values()) {
      this.#delivery.drop(variable.values);
      this.#delivery.failWaiters(variable);
    }
    workspace.variables.clear();
    workspace.owner = undefined;
    workspace.isDeleted = true;
    this.#workspaces.delete(workspace.name);
  }

  // Inside

  /** The workspace if this session may work in it; else the call is answered. */
  #opened(session: NaiveSession, call: RequestCall & { readonly ws: string }): NaiveWorkspace | undefined {
    const workspace = session.opened.get(call.ws);
    if (workspace?.isDeleted === false) {
      return workspace;
    }
    this.#delivery.fail(call, workspace === undefined ? "workspace_not_open" : "no_such_workspace");
    return undefined;
  }

  #workspacesCalled(name: string | undefined): NaiveWorkspace[] {
    return [...this.#workspaces.values()].filter((workspace) => name === undefined || workspace.name === name);
  }

  #holds(session: NaiveSession, kind: BookingKind, number: number): boolean {
    return this.heldBy(session.number, kind).includes(number);
  }

  #offered(): TestValue[] {
    return this.#delivery.storers().flatMap(({ values }) => values);
  }

  #hasNoRoom(needed: number): boolean {
    return this.#memoryBytes() + needed > this.#options.maxMemoryBytes;
  }

  #memoryBytes(): number {
    const { valueOverheadBytes, variableOverheadBytes, workspaceOverheadBytes } = this.#options;
    const values = this.#delivery.values();
    const expiring = values.filter(({ expiresAt }) => expiresAt < Infinity);
    const offered = this.#offered();
    const offeredWithTime = this.#delivery
      .storers()
      .flatMap(({ values, how }) => (how.ttlMs === undefined ? [] : values));
    return (
      memorySum(values) +
      memorySum(offered) +
      (values.length + offered.length) * valueOverheadBytes +
      (expiring.length + offeredWithTime.length) * this.#options.expiryBytes +
      this.#delivery.variables().length * variableOverheadBytes +
      (this.#workspaces.size - 1) * workspaceOverheadBytes
    );
  }
}

function isHeldBy({ holder }: NaiveValue, session: NaiveSession, kind: BookingKind): boolean {
  return holder?.session === session && holder.kind === kind;
}

function textsOf({ maxValues, maxBytes, whenFull, ttlMs }: VariableLimits): string[] {
  return [maxValues, maxBytes, whenFull, ttlMs].map(String);
}

function isGoodName(name: string): boolean {
  return name !== "" && !["\t", "\n", "\0"].some((bad) => name.includes(bad));
}
