import { Random } from "../../log/simulation.ts";
import { checkHistory } from "./check-history.ts";
import { SimulatedClient } from "./client.ts";
import { describe, History, type Mode, type Place, type VariableKey, type Violation } from "./history.ts";
import { Machine } from "./machine.ts";
import { type Habits, Program } from "./program.ts";
import { World } from "./world.ts";

/** By then everybody has heard of every connection that is cut, and every grace time is over. */
const REST_MS = 3000;
/** The time of day when the world begins. */
const BEGIN_MS = Date.UTC(2026, 0, 1);
/** No history needs so long, unless something hangs. */
const MOST_MS = 60_000;

const places: readonly Place[] = ["kept", "kept", "kept", "kept", "brief", "own"];
const modes: readonly Mode[] = ["fifo", "fifo", "lifo", "multi", "single"];

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly history: History;
  /** How often what happened. */
  readonly tally: Readonly<Record<string, number>>;
}

/** Lives through the history of this seed: programs, and what goes wrong around them; then looks whether all that they saw can be. */
export async function simulate(seed: number, folder: string): Promise<Outcome> {
  const world = new World(new Random(seed));
  const play = new Play(world, folder);
  const { history, tally } = play;
  // (By the time of day leases tell their holders when they are over.)
  const { now } = Date;
  Date.now = () => BEGIN_MS + world.now;
  try {
    await play.perform();
  } finally {
    Date.now = now;
  }
  const violations = play.isSpoilt ? play.complaints : checkHistory(history);
  return { violations, history, tally };
}

class Play {
  readonly history = new History();
  readonly machine: Machine;
  readonly tally = {
    operations: 0,
    cuts: 0,
    resumptions: 0,
    crashes: 0,
    stops: 0,
    clientCrashes: 0,
    standstills: 0,
    events: 0,
  };
  readonly #world: World;
  readonly #habits: Habits;
  /** Every client there was, in the order of their sessions' numbers. */
  readonly #everybody: SimulatedClient[] = [];
  #operationsLeft: number;
  #busyPlaces = 0;
  #isStormy = true;

  constructor(world: World, folder: string) {
    const { random } = world;
    this.#world = world;
    this.machine = new Machine(world, folder, random.chance(0.8) ? "fsync" : "os");
    this.#habits = {
      variables: someVariables(random),
      deletes: random.chance(0.3),
      large: random.chance(0.1),
      aborts: random.chance(0.4),
    };
    this.#operationsLeft = 20 + random.below(100);
  }

  /** Something happened that never should: it need not be seen to its end. */
  get isSpoilt(): boolean {
    return this.history.violations.length > 0 || this.machine.complaints.length > 0;
  }

  get complaints(): Violation[] {
    return [...this.history.violations, ...this.machine.complaints];
  }

  /** All of it, unless it is spoilt before. */
  async perform(): Promise<void> {
    const { machine } = this;
    const world = this.#world;
    await machine.start(false);
    for (let place = 2 + world.random.below(3); place > 0; place--) {
      this.#busyPlaces++;
      this.#take();
    }
    this.#brew();
    await this.#await("the programs come to their end", () => this.#busyPlaces === 0 && machine.current !== undefined);
    this.#isStormy = false;
    await this.#rest();
    await this.#closeAll();
    if (world.random.chance(0.5)) {
      machine.crash();
      await this.#await("the server starts", () => machine.current !== undefined);
    }
    await this.#drain();
    this.#settleEnds();
    this.tally.operations = this.history.operations.length;
    this.tally.events = world.count;
    this.tally.standstills = world.standstills;
  }

  /** A place among the clients: one after the other takes it, until all is done. */
  #take(): void {
    const world = this.#world;
    const client = this.#newClient();
    // Some leave early, and say so.
    let ownLeft = world.random.chance(0.3) ? world.random.below(15) : Infinity;
    const mayGoOn = (): boolean => ownLeft-- > 0 && this.#operationsLeft-- > 0;
    let threads = 1 + world.random.below(2);
    const run = async (): Promise<void> => {
      const program = new Program(client, this.#habits, world, this.history);
      await program.prepare();
      await Promise.all(Array.from({ length: threads }, () => program.run(mayGoOn)));
      if (ownLeft <= 0 && !client.isOver) {
        await client.close();
      }
      threads = 0;
    };
    void run();
    const look = (): void => {
      if (threads > 0 && !client.isOver) {
        world.after(5, look);
      } else if (this.#operationsLeft > 0) {
        world.after(world.someTime(20), () => this.#take());
      } else {
        this.#busyPlaces--;
      }
    };
    look();
  }

  #newClient(): SimulatedClient {
    const client = new SimulatedClient(this.#world, this.machine, this.history);
    this.#everybody.push(client);
    return client;
  }

  /** What goes wrong. */
  #brew(): void {
    const world = this.#world;
    const { random } = world;
    const calm = random.pick([20, 50, 150]);
    const cuts = random.pick([0.3, 0.6, 0.9, 0.97]);
    let left = random.below(40);
    const strike = (): void => {
      if (!this.#isStormy || left-- <= 0) {
        return;
      }
      const living = this.#everybody.filter(({ isOver }) => !isOver);
      const client = living.length === 0 ? undefined : random.pick(living);
      if (random.chance(cuts)) {
        client?.links.at(-1)?.cut();
        this.tally.cuts++;
      } else if (random.chance(0.4)) {
        this.machine.crash();
        this.tally.crashes++;
      } else if (random.chance(0.2)) {
        this.machine.stop();
        this.tally.stops++;
      } else {
        client?.crash();
        this.tally.clientCrashes++;
      }
      world.after(random.next() * calm, strike);
    };
    world.after(random.next() * calm, strike);
  }

  /** Nothing goes wrong any more, and all that can happen does; who waits then waits for something that does not come. */
  async #rest(): Promise<void> {
    const world = this.#world;
    await world.run(() => false, REST_MS);
    const restedFrom = world.now;
    await world.run(() => false, 100);
    for (const operation of this.history.operations) {
      const client = this.#everybody[operation.session.number - 1]!;
      if (operation.outcome === "pending" && !client.isOver) {
        if (operation.waits) {
          operation.restedFrom = restedFrom;
          operation.restedTo = world.now;
        } else {
          this.history.violated(`never answered: ${describe(operation)}`);
        }
      }
    }
  }

  async #closeAll(): Promise<void> {
    let open = 0;
    for (const client of this.#everybody.filter(({ isOver }) => !isOver)) {
      open++;
      void this.#takeLeave(client).then(() => open--);
    }
    await this.#await("every session is closed", () => open === 0);
    await this.#world.run(() => false, REST_MS);
  }

  /** Takes what is the client's alone, then closes its session. */
  async #takeLeave(client: SimulatedClient): Promise<void> {
    const program = new Program(client, this.#habits, this.#world, this.history);
    for (const key of this.#habits.variables.filter(({ place }) => place === "own")) {
      await program.drain(key);
    }
    await client.close();
  }

  /** What is there in the end is taken out. */
  async #drain(): Promise<void> {
    const client = this.#newClient();
    const program = new Program(client, this.#habits, this.#world, this.history);
    let isDone = false;
    const work = async (): Promise<void> => {
      await program.prepare();
      for (const key of this.#habits.variables) {
        await program.drain(key);
      }
      for (const name of await client.ownedLeft()) {
        this.history.violated(`workspace '${name}' outlives its owner`);
      }
      await client.close();
      isDone = true;
    };
    void work();
    await this.#await("all that is left is taken", () => isDone);
  }

  #settleEnds(): void {
    for (const operation of this.history.operations) {
      // Another run of the server knows nothing of time limits, until it is told of them.
      if (this.machine.services.some(({ from }) => from > operation.invokedAt)) {
        operation.overBy = Infinity;
      }
    }
    for (const client of this.#everybody) {
      client.settleEnd();
      this.tally.resumptions += client.resumptions;
    }
  }

  async #await(what: string, isDone: () => boolean): Promise<void> {
    const isOver = (): boolean => isDone() || this.isSpoilt;
    if (!(await this.#world.run(isOver, MOST_MS))) {
      this.history.violated(`it does not come to pass that ${what}`);
    }
  }
}

function someVariables(random: Random): VariableKey[] {
  const all = Array.from({ length: 1 + random.below(3) }, () => {
    const mode = random.pick(modes);
    return { place: random.pick(places), name: mode, mode };
  });
  // Each once.
  return all.filter((key, at) => all.findIndex((other) => sameKey(key, other)) === at);
}

function sameKey(one: VariableKey, other: VariableKey): boolean {
  return one.name === other.name && one.place === other.place;
}
