import { expect, it } from "vitest";
import { BlobStore } from "../../src/blobs/blob-store.ts";
import { JournalReader } from "../../src/server/journal/journal-reader.ts";
import { Kind } from "../../src/server/journal/record-format.ts";
import { RestoreError, Space } from "../../src/space/index.ts";
import { World } from "../space/support.ts";
import { dump } from "./dump.ts";
import { RecordedJournal, restored, RunningSnapshot } from "./recorded-journal.ts";

/** Longer than a record of a snapshot: each such value is looked at by itself. */
const LONG = "x".repeat(40_000);

function persistentWorld(): { world: World; journal: RecordedJournal } {
  const journal = new RecordedJournal();
  return { world: new World({ journal }), journal };
}

it("a workspace that is made again during a snapshot is the new one", () => {
  const { world, journal } = persistentWorld();
  const owner = world.client("owner");
  owner.open("w", { persistent: true });
  owner.store("x", LONG, LONG, "small");
  const snapshot = new RunningSnapshot(world.space, journal);
  snapshot.advance();
  snapshot.advance();
  owner.leave();
  owner.open("w", { persistent: false });
  owner.leave(); // It goes with its owner.
  const again = world.client("again");
  again.open("w", { persistent: true });
  again.store("x", LONG, "other");
  snapshot.finish();
  expect(dump(restored(journal.records, snapshot))).toEqual(dump(world.space));
});

it("a variable that is deleted and made again during a snapshot is the new one", () => {
  const { world, journal } = persistentWorld();
  const { ann } = world.clients("ann");
  ann.open("w", { persistent: true });
  ann.store("x", LONG, LONG, LONG);
  const snapshot = new RunningSnapshot(world.space, journal);
  snapshot.advance();
  snapshot.advance();
  ann.deleteVar("x");
  ann.store("x", "new");
  snapshot.finish();
  const space = restored(journal.records, snapshot);
  expect(dump(space)).toEqual(dump(world.space));
});

it("a variable that is made, deleted and made again before a snapshot comes to it is the last one", () => {
  const { world, journal } = persistentWorld();
  const { ann } = world.clients("ann");
  ann.open("w", { persistent: true });
  const snapshot = new RunningSnapshot(world.space, journal);
  ann.store("x", "first", LONG);
  ann.fetch("x");
  ann.deleteVar("x");
  ann.store("x", "second");
  ann.deleteVar("x");
  ann.declare("x", "single");
  ann.store("x", "third");
  snapshot.finish();
  ann.store("y", "after it");
  const space = restored(journal.records, snapshot);
  expect(dump(space)).toEqual(dump(world.space));
});

it("ids are never given again, whoever had them", () => {
  const { world, journal } = persistentWorld();
  const ann = world.client("ann");
  ann.open("w", { persistent: false });
  ann.store("x", "1");
  const before = ann.find("x").values[0]!.position.variableId;
  const space = restored(journal.records);
  const after = new World();
  Object.assign(after, { space });
  const bob = after.client("bob");
  bob.open("w", { persistent: true });
  bob.store("x", "1");
  expect(bob.find("x").values[0]!.position.variableId).toBeGreaterThan(before);
});

it("a workspace with values that becomes persistent is kept with them, and with who has booked which", () => {
  const { world, journal } = persistentWorld();
  const { ann, bob } = world.clients("ann", "bob");
  ann.store("x", "1", "2", "3");
  bob.fetch("x");
  bob.fetch("x", { lease: true });
  ann.open("w", { persistent: true });
  expect(dump(world.space).filter((line) => line.endsWith(": booked"))).toHaveLength(2);
  const space = restored(journal.records);
  bob.end();
  ann.end();
  expect(dump(space)).toEqual(dump(world.space));
});

it("what a client takes that confirms nothing is gone after a crash, what others take is back", () => {
  const { world, journal } = persistentWorld();
  const ann = world.client("ann");
  ann.open("w", { persistent: true });
  ann.store("x", "1", "2", "3");
  const classic = world.client("classic", { takesBySending: true });
  classic.open("w", { own: false });
  classic.fetch("x");
  ann.fetch("x");
  const lines = dump(restored(journal.records)).filter((line) => /: \d: /.test(line));
  expect(lines).toEqual([
    expect.stringMatching(/: 1: 0 /),
    expect.stringMatching(/: 1: came back 1 times$/),
    expect.stringMatching(/: 2: 0 /),
  ]);
});

it("a record that does not fit is refused with what is wrong", () => {
  const { world, journal } = persistentWorld();
  const ann = world.client("ann");
  ann.open("w", { persistent: true });
  ann.store("x", "1");
  const without = (at: number): Uint8Array[] => journal.records.filter((_, i) => i !== at);
  const errors = journal.records.map((_, at) => {
    try {
      restored(without(at));
      return "";
    } catch (error) {
      expect(error).toBeInstanceOf(RestoreError);
      return (error as Error).message;
    }
  });
  expect(errors).toEqual([
    "", // ids
    expect.stringMatching(/workspace \d+, and there is none/),
    "", // its owner
    expect.stringMatching(/variable \d+, and there is none/),
    expect.stringMatching(/variable 'x'.*it has no mode/),
    "",
  ]);
  expect(() => restored([...journal.records, journal.records.at(-1)!])).toThrow(/there was one before/);
  expect(() => restored([Uint8Array.of(99)])).toThrow(/no change of kind 99/);
  expect(() => restored([journal.records.at(-1)!.slice(0, 3)])).toThrow(RestoreError);
});

it("what can happen to no workspace of the system's own, or to no variable that a snapshot has not seen, is refused", () => {
  const system = 0;
  for (const kind of [Kind.workspaceDropped, Kind.persistenceSet, Kind.durabilitySet, Kind.owned]) {
    expect(() => restored([Uint8Array.of(kind, system, 1)])).toThrow(RestoreError);
  }
  const made = Uint8Array.of(Kind.variableMade, 1, system, 1, 0x78);
  expect(() => restored([made, Uint8Array.of(Kind.valuesSeen, 1, 0, 1, 1)])).toThrow(RestoreError);
});

it("a record of a value in a file outside of the folder is refused", () => {
  const kept = { folder: "/data/values", prefix: "run", whenSafe: () => undefined };
  const blobs = new BlobStore({ kept, tmpDir: "/tmp", maxBytes: () => Infinity, warn: () => undefined });
  const space = new Space({ runId: ".next", seed: 1, dropFile: () => undefined });
  const reader = new JournalReader(space.restore(), (name, length) => blobs.named(name, length));
  const name = Buffer.from("../x\n");
  const record = Uint8Array.of(
    ...[Kind.variableMade, 1, 0, 1, 0x78, Kind.modeSet, 1, 0],
    ...[Kind.putFile, 1, 0, 1, 5, name.length, ...name],
  );
  expect(() => reader.record(record, 0, record.length, 1)).toThrow(
    new RestoreError("a value is in file '../x ', and that is no name of a value's file"),
  );
});

it("with a journal that refuses, changes are refused and reading goes on", () => {
  const { world, journal } = persistentWorld();
  const { ann, bob } = world.clients("ann", "bob");
  ann.open("w", { persistent: true });
  ann.store("x", "1");
  const waiting = bob.fetch("y");
  journal.refused = { code: "disk_full", message: "no room" };
  const recordCount = journal.records.length;
  expect(ann.store("x", "2").outcome).toBe("disk_full");
  expect(ann.storeSeveral("x", ["2", "3"]).outcome).toBe("disk_full");
  expect(ann.declare("z", "lifo").outcome).toBe("disk_full");
  expect(ann.fetch("x").outcome).toBe("disk_full");
  expect(ann.deleteVar("x").outcome).toBe("disk_full");
  expect(ann.deleteWs("w").outcome).toBe("disk_full");
  expect(world.client("carl").open("v", { persistent: true }).outcome).toBe("disk_full");
  expect(ann.find("x").values.map(({ text }) => text)).toEqual(["1"]);
  expect(ann.listVars().outcome).toBe("text");
  expect(waiting.outcome).toBe("waiting");
  expect(journal.records.length).toBe(recordCount);
  expect(ann.listWss("v").text).toBe("\n");
  journal.refused = undefined;
  expect(ann.store("y", "2").outcome).toBe("done");
  expect(waiting.outcome).toBe("value");
});
