import { SleighError } from "../errors.ts";
import type { TaskBatch } from "../inputs/task-source.ts";
import type { Outcome } from "./crew.ts";
import { Job } from "./job.ts";
import type { Member } from "./member.ts";
import type { Caller } from "./worker-crew.ts";

/** A worker, as far as a call is concerned. */
export type Callee = Pick<Member, "rank" | "host" | "token" | "isAlive" | "death" | "output">;

/** How a call reaches workers. */
export interface CallLine<C extends Callee = Callee> {
  send(callee: C): void;
  /** The worker that has the rank now. */
  calleeOf(rank: number): C | undefined;
  /** Nothing of the call is wanted any more. */
  giveUp(): void;
}

/** A call that each worker runs once. The numbers of its tasks are the ranks. */
export class CallJob extends Job implements Caller {
  #line: CallLine | undefined;
  /** Undefined until the workers are known. */
  #ranks: readonly number[] | undefined;
  readonly #waitingFor = new Map<string, TaskBatch>();

  /** Calls these workers. */
  start<C extends Callee>(members: readonly C[], line: CallLine<C>): void {
    if (this.isOver) {
      return;
    }
    this.#line = line;
    this.#ranks = members.map(({ rank }) => rank);
    for (const member of members) {
      const batch = batchOf(member.rank);
      this.handedOut(batch);
      this.#send(member, batch);
    }
    this.step();
  }

  answered(member: Callee, outcome: Outcome): void {
    const batch = this.#waitingFor.get(member.token);
    // What a worker did not begin, because it ends, is settled when it is gone.
    if (batch !== undefined && outcome.unrun.length === 0) {
      this.#waitingFor.delete(member.token);
      this.returned(batch, outcome);
    }
  }

  lost(member: Callee): void {
    const batch = this.#waitingFor.get(member.token);
    if (batch !== undefined) {
      this.#waitingFor.delete(member.token);
      this.returned(batch, lossOf(member));
    }
  }

  override returned(batch: TaskBatch, outcome: Outcome): void {
    this.take(batch, outcome);
    this.step();
  }

  protected override get total(): number | undefined {
    return this.#ranks?.length;
  }

  protected override get hasWork(): boolean {
    return this.#ranks === undefined || this.#waitingFor.size > 0;
  }

  protected override proceed(): void {
    // All is handed out at the start.
  }

  protected override redo(batch: TaskBatch): void {
    const member = this.#line?.calleeOf(batch.first);
    if (member !== undefined) {
      this.#send(member, batch);
    } else {
      this.fail(new SleighError("worker_lost", `there is no worker of rank ${batch.first} any more to call again`));
    }
  }

  protected override ended(): void {
    this.#line?.giveUp();
  }

  #send(member: Callee, batch: TaskBatch): void {
    this.#waitingFor.set(member.token, batch);
    if (member.isAlive) {
      this.#line?.send(member);
    } else {
      this.lost(member);
    }
  }
}

function batchOf(rank: number): TaskBatch {
  return { first: rank, numbers: [rank], count: 1, layout: "rows", args: [[]] };
}

/** What comes of a call to a worker that has died. */
function lossOf(member: Callee): Outcome {
  const { rank, host } = member;
  return {
    values: [undefined],
    failures: [{ at: 0, reason: "lost", error: undefined, output: member.output, elapsedMs: 0 }],
    unrun: [],
    rank,
    host,
    elapsedMs: 0,
    deathsOf: async () => (member.death === undefined ? [] : [await member.death]),
  };
}
