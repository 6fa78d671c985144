import { describe, expect, it } from "vitest";
import { NamedFile } from "../journal/recorded-journal.ts";
import { type Client, drain, textsOf, World } from "./support.ts";

describe("a bounded variable that blocks", () => {
  it("makes stores wait, and lets them in first come, first served", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.declare("x", "fifo", { maxValues: 2 });
    ann.store("x", "1", "2");
    const third = bob.store("x", "3");
    const fourth = cy.store("x", "4");
    expect([third.outcome, fourth.outcome]).toEqual(["waiting", "waiting"]);
    ann.fetch("x");
    expect(third.outcome).toBe("waiting"); // What is booked counts.
    ann.confirm(1);
    expect([third.outcome, fourth.outcome]).toEqual(["done", "waiting"]);
    ann.confirm(textsOf(ann.fetch("x")).length + 1);
    expect(fourth.outcome).toBe("done");
    expect(drain(ann, "x")).toEqual(["3", "4"]);
  });

  it("lets nobody pass who waits, though there is room for a smaller value", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "fifo", { maxBytes: 4 });
    ann.store("x", "123");
    const large = bob.store("x", "45");
    const small = ann.store("x", "6");
    expect([large.outcome, small.outcome]).toEqual(["waiting", "waiting"]);
    bob.cancel(large, "timed_out");
    expect([large.outcome, small.outcome]).toEqual(["timed_out", "done"]);
    expect(drain(ann, "x")).toEqual(["123", "6"]);
  });

  it("hands a value to a fetch that waits, though all is full of booked ones", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.declare("x", "fifo", { maxValues: 1 });
    ann.store("x", "1");
    ann.fetch("x");
    const storing = bob.store("x", "2");
    expect(storing.outcome).toBe("waiting");
    expect(textsOf(cy.fetch("x"))).toEqual(["2"]);
    expect(storing.outcome).toBe("done");
    const waiting = cy.fetch("x");
    expect(bob.store("x", "3").outcome).toBe("done");
    expect(textsOf(waiting)).toEqual(["3"]);
    // They may all come back: nothing is thrown away, and nothing more fits.
    cy.end();
    ann.end();
    expect(bob.store("x", "4").outcome).toBe("waiting");
    expect(drain(bob, "x")).toEqual(["1", "2", "3"]);
  });

  it("takes several values as a whole or makes them wait as a whole", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "fifo", { maxValues: 3 });
    ann.store("x", "1", "2");
    const several = bob.storeSeveral("x", ["3", "4"]);
    expect(several.outcome).toBe("waiting");
    expect(ann.listVars("w", true).text).toBe("x\t2\t0\t0\tfifo\t0\t22\t1\t3\t\tblock\t");
    ann.confirm(textsOf(ann.fetch("x")).length);
    expect(several.outcome).toBe("done");
    expect(drain(ann, "x")).toEqual(["2", "3", "4"]);
  });

  it("refuses at once what can never fit", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "fifo", { maxValues: 2, maxBytes: 5 });
    expect(bob.storeSeveral("x", ["1", "2", "3"])).toMatchObject({
      outcome: "value_too_large",
      text: "variable 'x' holds at most 2 values and 5 bytes: never 3 values of 3 bytes",
    });
    expect(bob.store("x", "123456").outcome).toBe("value_too_large");
    bob.fetch("x");
    expect(ann.store("x", "123456").outcome).toBe("value_too_large");
  });

  it("lets stores in, or refuses them, when its limits change", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "fifo", { maxValues: 1 });
    ann.store("x", "1");
    const waiting = ["2", "3", "4"].map((text) => bob.store("x", text));
    expect(ann.declare("x", "fifo").outcome).toBe("done"); // Nothing is said of limits.
    expect(waiting[0]!.outcome).toBe("waiting");
    ann.declare("x", "fifo", { maxValues: 2 });
    expect(waiting.map(({ outcome }) => outcome)).toEqual(["done", "waiting", "waiting"]);
    ann.declare("x", "fifo", { whenFull: "reject" });
    expect(waiting.map(({ outcome }) => outcome)).toEqual(["done", "variable_full", "variable_full"]);
    ann.declare("x", "fifo", { maxValues: Infinity });
    expect(bob.store("x", "5").outcome).toBe("done");
  });

  it("forgets a store whose session ends, and drops its file", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.declare("x", "fifo", { maxBytes: 100 });
    const [first, second] = [new NamedFile("first", 100), new NamedFile("second", 100)];
    ann.storeFile("x", first);
    bob.storeFile("x", second);
    const small = ann.store("x", "1");
    expect(world.space.stats).toMatchObject({ waiting: 2, fileBytes: 200 });
    bob.end();
    expect(world.dropped).toEqual([second]);
    expect(small.outcome).toBe("waiting");
    ann.deleteVar("x");
    expect(small.outcome).toBe("variable_deleted");
    expect(world.space.stats).toMatchObject({ waiting: 0, fileBytes: 0 });
  });

  it("counts what waits among the waiting requests, and in memory", () => {
    const world = new World({ maxWaiting: 1, maxMemoryBytes: 1024 + 512 + 3 * 110 });
    const { ann, bob } = world.clients("ann", "bob");
    ann.declare("x", "fifo", { maxValues: 1 });
    ann.store("x", "a".repeat(100));
    const waiting = bob.store("x", "b".repeat(100));
    expect(bob.store("x", "c").outcome).toBe("too_many_waiting");
    expect(bob.storeIn("w", "x", "c".repeat(101)).outcome).toBe("memory_full");
    expect(ann.cancel(waiting)).toBe(false);
    expect(bob.cancel(waiting)).toBe(true);
    expect(waiting).toMatchObject({ outcome: "cancelled", text: "waiting for room in 'x' was cancelled" });
  });

  it("refuses who waits when its owner guards it", () => {
    const world = new World();
    const ann = world.client("ann");
    ann.open("w");
    const { bob, cy } = world.clients("bob", "cy");
    ann.declare("x", "fifo", { maxValues: 1 });
    ann.store("x", "1");
    const waiting = [bob.store("x", "2"), ann.store("x", "3"), cy.store("x", "4")];
    ann.guard("x");
    expect(waiting.map(({ outcome }) => outcome)).toEqual(["not_permitted", "waiting", "not_permitted"]);
  });
});

describe("a completion into a bounded variable", () => {
  it("waits for room, keeps its lease meanwhile, and then does both", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("results", "fifo", { maxValues: 1 });
    ann.store("results", "before");
    ann.store("jobs", "job");
    bob.fetch("jobs", { lease: true });
    const completing = bob.complete(1, "results", "result");
    expect(completing.outcome).toBe("waiting");
    expect(bob.extend(1).outcome).toBe("done");
    ann.confirm(textsOf(ann.fetch("results")).length);
    expect(completing.outcome).toBe("done");
    expect(bob.ack(1).outcome).toBe("lease_lost");
    expect(drain(ann, "results")).toEqual(["result"]);
  });

  it("takes the place of the value that it ends", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "fifo", { maxValues: 1 });
    ann.store("x", "1");
    ann.fetch("x", { lease: true });
    expect(ann.complete(1, "x", "2").outcome).toBe("done");
    expect(drain(ann, "x")).toEqual(["2"]);
  });

  it.each([
    ["is acknowledged", (bob: Client) => void bob.ack(1)],
    ["is released", (bob: Client) => void bob.release("lease", 1)],
    ["expires", (bob: Client) => bob.expire(1)],
    ["is on a variable that is deleted", (bob: Client) => void bob.deleteVar("jobs")],
  ])("fails when its lease %s", (_, lose) => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.declare("results", "fifo", { maxValues: 1 });
    ann.store("results", "before");
    ann.store("jobs", "job");
    bob.fetch("jobs", { lease: true });
    const completing = bob.complete(1, "results", "result");
    const next = ann.store("results", "next");
    lose(bob);
    expect(completing.outcome).toBe("lease_lost");
    ann.confirm(textsOf(ann.fetch("results")).length);
    expect(next.outcome).toBe("done");
    expect(drain(ann, "results")).toEqual(["next"]);
  });
});

describe("a bounded variable that does not block", () => {
  it("refuses what finds no room", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "fifo", { maxValues: 1, whenFull: "reject" });
    ann.store("x", "1");
    expect(bob.store("x", "2")).toMatchObject({
      outcome: "variable_full",
      text: "variable 'x' is full: it holds at most 1 values",
    });
    ann.fetch("x");
    expect(bob.store("x", "2").outcome).toBe("variable_full");
  });

  it.each([
    ["fifo", ["3", "4", "5"]],
    ["lifo", ["5", "4", "3"]],
  ])("drops the oldest values of a %s variable, and never booked ones", (mode, left) => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", mode, { maxValues: 3, whenFull: "dropOldest" });
    ann.store("x", "1", "2", "3", "4", "5");
    expect(drain(bob, "x")).toEqual(left);
    ann.store("x", "6", "7");
    expect(drain(ann, "x")).toEqual(["7"]); // Three are booked: one is kept beside them.
    bob.end();
    ann.end();
  });

  it("drops as many values as take the room of several", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "fifo", { maxBytes: 6, whenFull: "dropOldest" });
    ann.store("x", "1", "22", "333");
    ann.storeSeveral("x", ["4", "5"]);
    expect(drain(ann, "x")).toEqual(["333", "4", "5"]);
  });

  it("fails a store that is not to wait, where it would", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "fifo", { maxValues: 1 });
    ann.store("x", "1");
    expect(ann.storeSo("x", "2", { wait: false }).outcome).toBe("variable_full");
  });
});

it("a single variable has no bounds, and no limit is less than 1", () => {
  const { ann } = new World().clients("ann");
  expect(ann.declare("x", "single", { maxValues: 1 }).outcome).toBe("bad_arguments");
  expect(ann.declare("x", "single", { ttlMs: 5 }).outcome).toBe("done");
  expect(ann.declare("y", "fifo", { maxValues: 0 }).outcome).toBe("bad_arguments");
  expect(ann.declare("y", "fifo", { maxBytes: NaN }).outcome).toBe("bad_arguments");
});

describe("the limits on workspaces and variables", () => {
  it("refuse one more, and are freed by deletions", () => {
    const world = new World({ maxWorkspaces: 3, maxVariables: 1 });
    const { ann } = world.clients("ann");
    expect(ann.mktemp().outcome).toBe("text");
    expect(ann.mktemp().outcome).toBe("too_many_workspaces");
    expect(ann.open("v").outcome).toBe("too_many_workspaces");
    expect(ann.open("w").outcome).toBe("done");
    expect(ann.store("x", "1").outcome).toBe("done");
    expect(ann.fetchTry("y")).toMatchObject({
      outcome: "too_many_variables",
      text: "the server has 1 variables, as many as it may",
    });
    ann.deleteVar("x");
    expect(ann.store("y", "1").outcome).toBe("done");
    ann.deleteWs();
    expect(ann.open("v").outcome).toBe("done");
  });
});
