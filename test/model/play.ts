import { EXPIRY_BYTES } from "../../src/space/expiries.ts";
import { VARIABLE_OVERHEAD_BYTES } from "../../src/space/holdings.ts";
import { VALUE_OVERHEAD_BYTES } from "../../src/space/value-table.ts";
import { WORKSPACE_OVERHEAD_BYTES } from "../../src/space/workspace.ts";
import { Caller, OBSERVER } from "./caller.ts";
import type { Call } from "./calls.ts";
import { difference, type Event, type ValueEvent, VariableIds } from "./events.ts";
import { History } from "./history.ts";
import { NaiveSpace } from "./naive-space.ts";
import type { NaiveValue } from "./naive-variable.ts";
import type { Operation, Setup } from "./operations.ts";
import { WatchedSpace } from "./watched-space.ts";

const RUN_ID = "-run";

/**
 * Plays random operations on machine and model side by side; throws, with all the calls, at the first difference in what
 * came out, in a listing or in a count, and when an invariant of the machine or of the history does not hold.
 */
export class Play {
  /** Every call so far, and what came out of the machine. */
  readonly calls: Call[] = [];
  readonly outcomes: (readonly Event[])[] = [];
  readonly history = new History();
  readonly machine: WatchedSpace;
  /** What the machine was made with. */
  readonly options: ConstructorParameters<typeof WatchedSpace>[0];
  readonly #model: NaiveSpace;
  readonly #ids = new VariableIds();
  readonly #caller: Caller;
  /** Values that the machine gave in this call and that the model has not followed yet. */
  #unfollowed: ValueEvent[] = [];

  constructor(setup: Setup) {
    this.options = machineOptions(setup);
    this.machine = new WatchedSpace(this.options);
    this.#model = new NaiveSpace({
      runId: RUN_ID,
      maxWaiting: setup.maxWaiting ?? Infinity,
      maxMemoryBytes: setup.maxMemoryBytes ?? Infinity,
      valueOverheadBytes: VALUE_OVERHEAD_BYTES,
      variableOverheadBytes: VARIABLE_OVERHEAD_BYTES,
      workspaceOverheadBytes: WORKSPACE_OVERHEAD_BYTES,
      expiryBytes: EXPIRY_BYTES,
      choose: (session, request, free) => this.#choose(session, request, free),
      rank: ({ id }) => this.#rank(id),
      isGone: ({ descriptor }) => !this.#freeDescriptors().has(descriptor),
    });
    this.#caller = new Caller(this.#model);
    for (const call of this.#caller.opening()) {
      this.#call(call);
    }
    if (setup.mode !== undefined) {
      const asked = this.#caller.ask(this.#caller.sessions[0]!);
      this.#call({ do: "declare", ...asked, ws: "a", variable: "x", mode: setup.mode, limits: setup.limits });
    }
  }

  /** Plays one operation and looks at everything that can be seen. */
  step(operation: Operation): void {
    for (const call of this.#caller.callsFor(operation)) {
      this.#call(call);
    }
    this.#inspect();
  }

  /** Ends every session and takes out what is left; returns the descriptors of that, and of what was not confirmed before. */
  finish(): { readonly left: number[]; readonly unconfirmed: number[] } {
    for (const session of this.#caller.sessions) {
      this.#call({ do: "end", session });
    }
    this.#inspect();
    this.history.finish();
    // (When a session ends that waits to store, the next one in the line may come in.)
    const unconfirmed = [...this.history.unconfirmed];
    const left: number[] = [];
    const how = { take: true, wait: false, iterate: false, lease: false, most: 100, after: undefined };
    for (const ws of this.#model.workspaceNames) {
      for (const variable of ["x", "y", "z"]) {
        for (let more = true; more;) {
          const events = this.#call({ do: "read", ...this.#caller.ask(OBSERVER), ws, variable, how });
          more = events.some(({ kind }) => kind === "value");
          left.push(...events.flatMap((event) => (event.kind === "value" ? [event.descriptor] : [])));
        }
      }
    }
    this.#call({ do: "confirm", session: OBSERVER, upTo: Number.MAX_SAFE_INTEGER });
    this.#inspect();
    return { left, unconfirmed };
  }

  #call(call: Call): readonly Event[] {
    this.calls.push(call);
    try {
      const wasDone = this.machine.apply(call);
      this.#unfollowed = this.machine.events.filter((event) => event.kind === "value");
      this.outcomes.push(this.machine.events);
      this.history.note(call, this.machine.events);
      check(wasDone === this.#model.apply(this.#forModel(call)), "machine and model return differently");
      const differs = difference(this.machine.events, this.#model.events, this.#ids);
      check(differs === undefined, `what comes out differs\n${differs}`);
      if (call.session !== OBSERVER) {
        this.machine.space.validate();
      }
    } catch (error) {
      throw new Error(`${String(error)}\n${this.#story()}`, { cause: error });
    }
    this.#caller.learn(call, this.machine.events);
    return this.machine.events;
  }

  /** The same call with the model's variable id in an iterator's position. */
  #forModel(call: Call): Call {
    if (call.do !== "read" || call.how.after === undefined) {
      return call;
    }
    const { variableId, index } = call.how.after;
    return { ...call, how: { ...call.how, after: { variableId: this.#ids.inModel(variableId), index } } };
  }

  /** Looks at all the listings and counts, through the observer. */
  #inspect(): void {
    this.#call({ do: "listWss", ...this.#caller.ask(OBSERVER), only: undefined });
    for (const ws of this.#model.workspaceNames) {
      const [listing] = this.#call({ do: "listVars", ...this.#caller.ask(OBSERVER), ws, extended: true });
      if (listing?.kind !== "text") {
        this.#call({ do: "open", ...this.#caller.ask(OBSERVER), ws, own: false, persistent: false, create: false });
        this.#call({ do: "listVars", ...this.#caller.ask(OBSERVER), ws, extended: true });
      }
    }
    const [machine, model] = [this.machine.space.stats, this.#model.stats].map((stats) => JSON.stringify(stats));
    if (machine !== model) {
      throw new Error(`counts differ\nmachine: ${machine}\nmodel: ${model}\n${this.#story()}`);
    }
  }

  /** The calls so far, without what the observer looked at. */
  #story(): string {
    const last = this.calls.at(-1);
    const calls = this.calls.filter((call) => call.session !== OBSERVER || call === last);
    return `after\n${calls.map((call) => JSON.stringify(call)).join("\n")}`;
  }

  /** The model follows the machine where the specs leave the choice, if the value is one that it may choose. */
  #choose(session: number, request: number, free: readonly NaiveValue[]): NaiveValue {
    const at = this.#unfollowed.findIndex((event) => event.session === session && event.request === request);
    const [given] = at === -1 ? [] : this.#unfollowed.splice(at, 1);
    const chosen = free.find((value) => value.descriptor === given?.descriptor);
    check(chosen !== undefined, `request ${request} gets none of the free values of a multi variable`);
    return chosen;
  }

  /** Of all values that are free in the machine. */
  #freeDescriptors(): Set<number> {
    const variables = [...this.machine.space.workspaces.values()].flatMap(({ variables }) => [...variables.values()]);
    return new Set(
      variables.flatMap((variable) =>
        variable.freeAfter(-1, Infinity).map((index) => variable.look(index)!.descriptor),
      ),
    );
  }

  /** A variable that was served comes before one that was not, in the machine's order. */
  #rank(id: number): number {
    const { events } = this.machine;
    const at = events.findIndex((event) => event.kind === "value" && this.#ids.inModel(event.variableId) === id);
    return at === -1 ? events.length : at;
  }
}

function machineOptions({ seed, maxWaiting, maxMemoryBytes }: Setup): ConstructorParameters<typeof WatchedSpace>[0] {
  return {
    runId: RUN_ID,
    seed,
    ...(maxWaiting === undefined ? {} : { maxWaiting }),
    ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
  };
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) {
    throw new Error(message);
  }
}
