import { describe, expect, test } from "vitest";
import { drain, World } from "./support.ts";

const VALUE = 10;
const VARIABLE = 512;
const WORKSPACE = 1024;

describe("the limit on memory", () => {
  test("counts workspaces, variables and values with what keeps them, free and booked, and is never passed", () => {
    const world = new World({ maxMemoryBytes: WORKSPACE + VARIABLE + 2 * (VALUE + 100) });
    const { ann } = world.clients("ann");
    expect(ann.store("x", "a".repeat(100), "b".repeat(100)).outcome).toBe("done");
    ann.fetch("x");
    expect(world.space.stats.memoryBytes).toBe(WORKSPACE + VARIABLE + 2 * (VALUE + 100));
    expect(ann.store("x", "").outcome).toBe("memory_full");
    ann.confirm(1);
    expect(ann.store("x", "c".repeat(101)).outcome).toBe("memory_full");
    expect(ann.store("x", "c".repeat(100)).outcome).toBe("done");
  });

  test("asks for room for a new variable and its value together, and makes neither without", () => {
    const world = new World({ maxMemoryBytes: WORKSPACE + VARIABLE + VALUE + 4 });
    const { ann } = world.clients("ann");
    expect(ann.store("x", "12345")).toMatchObject({
      outcome: "memory_full",
      text: "the server holds 1024 bytes and has no room for 527 more",
    });
    expect(ann.listVars().text).toBe("");
    expect(ann.store("x", "1234").outcome).toBe("done");
    expect(ann.fetchTry("y").outcome).toBe("memory_full");
    expect(ann.declare("y", "fifo").outcome).toBe("memory_full");
  });

  test("lets in all of several values or none", () => {
    const world = new World({ maxMemoryBytes: WORKSPACE + VARIABLE + 2 * (VALUE + 1) });
    const { ann } = world.clients("ann");
    expect(ann.storeSeveral("x", ["1", "2", "3"]).outcome).toBe("memory_full");
    expect(ann.storeSeveral("x", ["1", "2"]).outcome).toBe("done");
    expect(drain(ann, "x")).toEqual(["1", "2"]);
  });

  test("keeps a lease whose completion does not fit", () => {
    const world = new World({ maxMemoryBytes: WORKSPACE + VARIABLE + VALUE + 1 });
    const { ann, bob } = world.clients("ann", "bob");
    ann.store("x", "1");
    ann.fetch("x", { lease: true });
    expect(ann.complete(1, "x", "2").outcome).toBe("memory_full");
    ann.end();
    expect(drain(bob, "x")).toEqual(["1"]);
  });

  test("is given back by deletions", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.store("x", "1", "2");
    ann.store("y", "1");
    ann.deleteVar("x");
    expect(world.space.stats.memoryBytes).toBe(WORKSPACE + VARIABLE + VALUE + 1);
    ann.deleteWs();
    expect(world.space.stats).toMatchObject({ memoryBytes: 0, variables: 0 });
  });
});

describe("the limit on waiting requests", () => {
  test("refuses one more, and counts those that wait now", () => {
    const world = new World({ maxWaiting: 2 });
    const { ann, bob } = world.clients("ann", "bob");
    const first = ann.fetch("x");
    bob.find("y");
    expect(bob.fetch("z")).toMatchObject({
      outcome: "too_many_waiting",
      text: "2 requests wait on this server already",
    });
    expect(bob.fetchTry("z").outcome).toBe("none");
    ann.cancel(first);
    expect(bob.fetch("z").outcome).toBe("waiting");
    expect(bob.session.waitingCount).toBe(2);
    bob.end();
    expect(world.space.stats.waiting).toBe(0);
  });
});

describe("names of variables", () => {
  test("that are empty or would break listings are refused", () => {
    const { ann } = new World().clients("ann");
    for (const name of ["", "tab\t", "new\nline", "nul\0"]) {
      expect(ann.store(name, "1").outcome).toBe("bad_name");
      expect(ann.fetchTry(name).outcome).toBe("bad_name");
      expect(ann.declare(name, "fifo").outcome).toBe("bad_name");
    }
    expect(ann.listVars().text).toBe("");
  });
});
