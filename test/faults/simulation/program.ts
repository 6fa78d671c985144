import type { Lease } from "../../../src/client/lease.ts";
import type { WorkspaceBase } from "../../../src/client/workspace-base.ts";
import type { SimulatedClient } from "./client.ts";
import type { History, Operation, VariableKey } from "./history.ts";
import type { World } from "./world.ts";

/** What the programs of one history do. */
export interface Habits {
  readonly variables: readonly VariableKey[];
  /** Whether variables are deleted now and then (only FIFO ones: another mode would have to be declared anew). */
  readonly deletes: boolean;
  /** Whether some values are so large that they travel in chunks. */
  readonly large: boolean;
  /** Whether programs give up waiting now and then by an AbortSignal. */
  readonly aborts: boolean;
}

const LARGE_BYTES = 300_000;

const OPERATIONS = [
  ["store", 32],
  ["storeAll", 8],
  ["fetchTry", 16],
  ["fetch", 14],
  ["fetchAtLeisure", 4],
  ["fetchMany", 5],
  ["lease", 10],
  ["find", 5],
  ["findTry", 5],
  ["walk", 4],
  ["delete", 1],
  ["abort", 10],
] as const;

type Name = (typeof OPERATIONS)[number][0];

const WEIGHT = OPERATIONS.reduce((sum, [, weight]) => sum + weight, 0);

/** One thread of a client's program: an operation at random, and another one when that is answered. */
export class Program {
  readonly #client: SimulatedClient;
  readonly #habits: Habits;
  readonly #world: World;
  readonly #history: History;

  constructor(client: SimulatedClient, habits: Habits, world: World, history: History) {
    this.#client = client;
    this.#habits = habits;
    this.#world = world;
    this.#history = history;
  }

  /** Declares what is to be declared: first of all. */
  async prepare(): Promise<void> {
    const { variables } = this.#habits;
    await Promise.all(
      variables
        .filter(({ mode }) => mode !== "fifo")
        .map((key) => this.#do("other", key, {}, (workspace, { name, mode }) => workspace.declare(name, mode))),
    );
  }

  /** `mayGoOn` is asked before each operation. Some are not waited for. */
  async run(mayGoOn: () => boolean): Promise<void> {
    const { random } = this.#world;
    while (!this.#client.isOver && mayGoOn()) {
      const running = this.#operate(this.#pick(), random.pick(this.#habits.variables));
      if (!random.chance(0.15)) {
        await running;
      }
      if (random.chance(0.6)) {
        await this.#world.sleep(this.#world.someTime(12));
      }
    }
  }

  /** Takes all that is there. */
  async drain(key: VariableKey): Promise<void> {
    let found: Operation;
    do {
      found = await this.#read("fetch", key, {}, (workspace) => workspace.fetchTry(key.name));
    } while (found.values.length > 0);
  }

  #pick(): Name {
    let at = this.#world.random.below(WEIGHT);
    return OPERATIONS.find(([, weight]) => (at -= weight) < 0)![0];
  }

  async #operate(name: Name, key: VariableKey): Promise<unknown> {
    const { random } = this.#world;
    const timeout = 1 + random.below(80);
    switch (name) {
      case "store": {
        const value = this.#value();
        return this.#do("store", key, { values: [value] }, (workspace) => workspace.store(key.name, value));
      }
      case "storeAll": {
        const values = Array.from({ length: 2 + random.below(3) }, () => this.#value());
        return this.#do("store", key, { values }, (workspace) => workspace.storeAll(key.name, values));
      }
      case "fetchTry":
        return this.#read("fetch", key, {}, (workspace) => workspace.fetchTry(key.name));
      case "fetch":
        return this.#read("fetch", key, {}, (workspace) => workspace.fetch(key.name, { timeout }));
      case "fetchAtLeisure":
        void this.#read("fetch", key, { waits: true }, (workspace) => workspace.fetch(key.name));
        return;
      case "fetchMany": {
        const max = 2 + random.below(3);
        return random.chance(0.5)
          ? this.#read("fetch", key, {}, (workspace) => workspace.fetchTryMany(key.name, { max }))
          : this.#read("fetch", key, {}, (workspace) => workspace.fetchMany(key.name, { max, timeout }));
      }
      case "lease":
        return this.#lease(key, timeout);
      case "find":
        return this.#read("find", key, {}, (workspace) => workspace.find(key.name, { timeout }));
      case "findTry":
        return this.#read("find", key, {}, (workspace) => workspace.findTry(key.name));
      case "walk":
        return this.#walk(key);
      case "delete":
        return this.#delete(key);
      case "abort":
        return this.#abort(key);
      default:
        return name satisfies never;
    }
  }

  #value(): string {
    const { random } = this.#world;
    const isSmall = random.chance(0.9);
    const isLarge = this.#habits.large && random.chance(0.5);
    return this.#history.newValue(isSmall ? 8 : isLarge ? LARGE_BYTES : random.pick([200, 1500, 6000]));
  }

  async #do(
    kind: Operation["kind"],
    key: VariableKey,
    more: Partial<Operation>,
    act: (workspace: WorkspaceBase, key: VariableKey) => Promise<unknown>,
  ): Promise<Operation> {
    const operation = this.#history.begin(kind, this.#client.record, key, this.#world.now, more);
    await this.#client.perform(operation, () => act(this.#workspace(key), key));
    return operation;
  }

  async #read(
    kind: "fetch" | "find",
    key: VariableKey,
    more: Partial<Operation>,
    act: (workspace: WorkspaceBase) => Promise<unknown>,
  ): Promise<Operation> {
    const operation = this.#history.begin(kind, this.#client.record, key, this.#world.now, more);
    const result = await this.#client.perform(operation, () => act(this.#workspace(key)));
    this.#saw(operation, result);
    return operation;
  }

  #saw(operation: Operation, result: unknown): void {
    if (operation.outcome === "done") {
      operation.values = result === undefined ? [] : ([result].flat() as string[]);
      if (operation.values.length === 0) {
        this.#client.cameToNothing(operation);
      }
    }
  }

  async #lease(key: VariableKey, timeout: number): Promise<void> {
    const { random } = this.#world;
    const { now } = this.#world;
    const limitMs = random.chance(0.4) ? 5 + random.below(60) : 0;
    const refusableFrom = limitMs === 0 ? Infinity : now + limitMs;
    const operation = this.#history.begin("fetch", this.#client.record, key, now, { isLeased: true, refusableFrom });
    const how = { lease: limitMs === 0 ? true : limitMs } as const;
    const workspace = this.#workspace(key);
    const lease = await this.#client.perform(operation, () =>
      random.chance(0.5)
        ? workspace.fetch<string>(key.name, { timeout, ...how })
        : workspace.fetchTry<string, string, undefined>(key.name, undefined, how),
    );
    this.#saw(operation, lease?.value);
    if (lease !== undefined) {
      this.#client.granted(operation, operation, limitMs);
      await this.#world.sleep(this.#world.someTime(30));
      if (limitMs > 0 && random.chance(0.3)) {
        const extension = this.#history.begin("other", this.#client.record, key, this.#world.now, { refusableFrom });
        operation.overBy = Infinity;
        await this.#client.perform(extension, () => lease.extend());
        this.#client.granted(operation, extension, limitMs);
        await this.#world.sleep(this.#world.someTime(30));
      }
      await this.#endLease(operation, lease, key);
    }
  }

  async #endLease(fetch: Operation, lease: Lease<string>, key: VariableKey): Promise<void> {
    const { random } = this.#world;
    const { record } = this.#client;
    const { refusableFrom } = fetch;
    const begin = (kind: "ack" | "release"): Operation =>
      (fetch.end = this.#history.begin(kind, record, key, this.#world.now, { refusableFrom }));
    const how = random.below(3);
    if (how === 0) {
      await this.#client.perform(begin("release"), () => lease.release());
    } else if (how === 1) {
      await this.#client.perform(begin("ack"), () => lease.ack());
    } else {
      // It is one operation with two effects: its store is a record of its own, with the same outcome.
      const end = begin("ack");
      const value = this.#value();
      const store = this.#history.begin("store", record, key, this.#world.now, { values: [value], refusableFrom });
      await this.#client.perform(end, () => lease.complete(key.name, value));
      store.outcome = end.outcome;
      store.settledAt = end.settledAt;
    }
  }

  async #walk(key: VariableKey): Promise<void> {
    if (key.mode === "lifo" || key.mode === "multi") {
      return; // They cannot be iterated.
    }
    const iterator = this.#workspace(key).ifindTry<string>(key.name);
    let after: string | undefined;
    for (let count = 0; count < 5; count++) {
      const operation = this.#history.begin("walk", this.#client.record, key, this.#world.now, { after });
      const result = await this.#client.perform(operation, () => iterator.next());
      if (result === undefined || result.done === true) {
        if (iterator.endedBy !== undefined) {
          operation.outcome = "refused";
        } else if (result !== undefined) {
          this.#client.cameToNothing(operation);
        }
        return;
      }
      operation.values = [result.value];
      after = result.value;
    }
  }

  async #delete(key: VariableKey): Promise<void> {
    if (this.#habits.deletes && key.mode === "fifo") {
      await this.#do("delete", key, {}, (workspace) => workspace.deleteVar(key.name));
    }
  }

  async #abort(key: VariableKey): Promise<void> {
    if (this.#habits.aborts) {
      const giveUp = new AbortController();
      const { signal } = giveUp;
      // Often while the value is on its way.
      this.#world.after(this.#world.someTime(this.#world.random.pick([4, 20])), () => giveUp.abort());
      await this.#read("fetch", key, {}, (workspace) => workspace.fetch(key.name, { signal }));
    }
  }

  #workspace({ place }: VariableKey): WorkspaceBase {
    return this.#client.workspaces[place];
  }
}
