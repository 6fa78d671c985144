import fc from "fast-check";
import { JournalVersionError } from "../../../src/server/journal/journal-reader.ts";
import { RestoreError, type Space } from "../../../src/space/index.ts";
import { dump } from "../../journal/dump.ts";
import { RecordedJournal, restored, RunningSnapshot } from "../../journal/recorded-journal.ts";
import { everything, operations, setups } from "../../model/operations.ts";
import { Play } from "../../model/play.ts";
import { WatchedSpace } from "../../model/watched-space.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";

const HISTORIES = 80;
const MOST_RECORD_BYTES = 3000;

/**
 * Records of a data folder (the checksums of its files are right): the first piece says how many of those behind it are a snapshot's. They do not
 * fit together, which is said, or make a sound space, which a snapshot of it makes again.
 */
export const target: Target = {
  seeds: () => Array.from({ length: HISTORIES }, (_, seed) => seedOf(seed)),
  start: () => ({ attempt }),
  freshPiece: (random) =>
    Uint8Array.from({ length: 1 + random.below(6) }, (_, at) => (at === 0 ? 1 + random.below(36) : random.below(6))),
  maxBytes: 4096,
};

function attempt(input: Uint8Array): void {
  const [first = new Uint8Array(0), ...records] = splitPieces(input);
  const count = Math.min(first[0] ?? 0, records.length);
  let space: Space;
  try {
    const snapshot = { position: 0, records: records.slice(0, count) } as unknown as RunningSnapshot;
    space = restored(records.slice(count), snapshot);
  } catch (error) {
    if (!(error instanceof RestoreError) && !(error instanceof JournalVersionError)) {
      throw error;
    }
    return;
  }
  space.validate();
  const again = new RunningSnapshot(space, new RecordedJournal());
  again.finish();
  const other = restored([], again);
  other.validate();
  const [was, is] = [dump(space).join("\n"), dump(other).join("\n")];
  if (was !== is) {
    throw new Error(`a snapshot makes another space:\n${was}\n---\n${is}`);
  }
}

/** What a space says in a random history, from its beginning or from a snapshot in its middle on. */
function seedOf(seed: number): Uint8Array {
  const [sample] = fc.sample(fc.tuple(setups(everything), operations(everything)), { numRuns: 1, seed });
  const [setup, sequence] = sample!;
  const play = new Play({ ...setup, maxMemoryBytes: undefined, maxWaiting: undefined });
  sequence.forEach((operation) => play.step(operation));
  const journal = new RecordedJournal();
  const watched = new WatchedSpace({ runId: ".run", seed: 1, journal });
  let snapshot: RunningSnapshot | undefined;
  const calls = play.calls.filter(({ session }) => session !== 0);
  calls.forEach((call, at) => {
    if (seed % 3 === 0 && at === calls.length >> 1) {
      snapshot = new RunningSnapshot(watched.space, journal);
    }
    // What happens in one of the two workspaces happens in the one that is always persistent.
    watched.apply("ws" in call && call.ws === "b" ? { ...call, ws: "__default" } : call);
  });
  snapshot?.finish();
  const before = snapshot?.records ?? [];
  const pieces = [...before, ...journal.records.slice(snapshot?.position ?? 0)];
  return joinPieces([Uint8Array.of(before.length), ...pieces.filter(({ length }) => length < MOST_RECORD_BYTES)]);
}
