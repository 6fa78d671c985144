import fc from "fast-check";
import { expect, test } from "vitest";
import type { Call } from "../model/calls.ts";
import { everything, operations, setups } from "../model/operations.ts";
import { Play } from "../model/play.ts";
import { WatchedSpace } from "../model/watched-space.ts";
import { dump } from "./dump.ts";
import { RecordedJournal, restored, RunningSnapshot } from "./recorded-journal.ts";

/** JOURNAL_RUNS=100000 plays more sequences, JOURNAL_SEED=n other ones. */
const runs = Number(process.env["JOURNAL_RUNS"] ?? 1500);
const seed = Number(process.env["JOURNAL_SEED"] ?? 1);
/** Sequences between two looks at the event loop, which the test runner needs. */
const BATCH = 250;

/** The calls of random plays, in which much happens in persistent workspaces. */
const calls = fc.tuple(setups(everything), operations(everything)).map(([setup, sequence]) => {
  const play = new Play({ ...setup, maxMemoryBytes: undefined, maxWaiting: undefined });
  for (const operation of sequence) {
    play.step(operation);
  }
  return play.calls.filter(({ session }) => session !== 0).map(inDefault);
});

/** What happens in workspace "b" happens in the one that is always persistent; "a" becomes so, or not. */
function inDefault(call: Call): Call {
  return "ws" in call && call.ws === "b" ? { ...call, ws: "__default" } : call;
}

async function forRandomCalls(count: number, judge: (calls: readonly Call[], choose: number) => void): Promise<void> {
  const property = fc.property(calls, fc.nat(1_000_000), (sequence, choose) => judge(sequence, choose));
  for (let batch = 0; batch * BATCH < count; batch++) {
    fc.assert(property, { numRuns: Math.min(BATCH, count - batch * BATCH), seed: seed + batch });
    await new Promise(setImmediate);
  }
}

/** A space that emits; everybody owns what is opened first with `persistent` in every second sequence. */
function journaled(makesPersistent: boolean): { watched: WatchedSpace; journal: RecordedJournal } {
  const journal = new RecordedJournal();
  const watched = new WatchedSpace({ runId: ".run", seed: 1, journal });
  if (makesPersistent) {
    watched.apply({ do: "join", session: -1, leaseOver: undefined });
    watched.apply({ do: "open", session: -1, request: -1, ws: "a", own: true, persistent: true, create: true });
  }
  return { watched, journal };
}

/** The state that a restart makes of this one: all sessions are over. */
function afterRestart(watched: WatchedSpace): string[] {
  watched.endAll();
  watched.space.expireDue(watched.now);
  return dump(watched.space);
}

test("the changes since the beginning make the same space", { timeout: 0 }, async () => {
  await forRandomCalls(runs, (sequence, choose) => {
    const { watched, journal } = journaled(choose % 2 === 0);
    for (const call of sequence) {
      watched.apply(call);
      watched.space.validate();
    }
    const records = [...journal.records];
    const space = restored(records, undefined, watched.now);
    space.validate();
    expect(dump(space)).toEqual(afterRestart(watched));
  });
});

test("a snapshot of any moments, and the changes since, make the same space", { timeout: 0 }, async () => {
  await forRandomCalls(runs, (sequence, choose) => {
    const { watched, journal } = journaled(choose % 2 === 0);
    const begin = choose % (sequence.length + 1);
    const pace = 1 + (choose % 7);
    let snapshot: RunningSnapshot | undefined;
    sequence.forEach((call, i) => {
      if (i === begin) {
        snapshot = new RunningSnapshot(watched.space, journal);
      }
      watched.apply(call);
      if (i % pace === 0 && snapshot?.isFinished === false) {
        snapshot.advance();
      }
    });
    snapshot ??= new RunningSnapshot(watched.space, journal);
    snapshot.finish();
    const records = [...journal.records];
    const space = restored(records, snapshot, watched.now);
    space.validate();
    expect(dump(space)).toEqual(afterRestart(watched));
  });
});

test("a space that was restored can be restored again, from what both runs have said", { timeout: 0 }, async () => {
  await forRandomCalls(runs / 5, (sequence, choose) => {
    const { watched, journal } = journaled(choose % 2 === 0);
    sequence.forEach((call) => watched.apply(call));
    const first = restored([...journal.records], undefined, watched.now);
    journal.started();
    const second = restored([...journal.records], undefined, watched.now);
    expect(dump(second)).toEqual(dump(first));
  });
});
