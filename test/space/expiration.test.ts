import { describe, expect, it } from "vitest";
import { NamedFile } from "../journal/recorded-journal.ts";
import { drain, textsOf, World } from "./support.ts";

describe("values with a time to live", () => {
  it("go when their time is over, and the space tells when that is", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.declare("x", "fifo", { ttlMs: 100 });
    ann.store("x", "1");
    world.pass(60);
    ann.store("x", "2");
    expect(world.planned).toEqual([1100, 1100]);
    world.pass(40);
    expect(world.planned).toEqual([1100, 1100, 1160]);
    expect(drain(ann, "x")).toEqual(["2"]);
  });

  it.each(["fifo", "lifo", "multi", "single"])(
    "are not seen in a %s variable once it is over, whoever was late",
    (mode) => {
      const world = new World();
      const { ann } = world.clients("ann");
      ann.declare("x", mode, { ttlMs: 100 });
      ann.store("x", "1");
      world.now += 100;
      expect(ann.findTry("x").outcome).toBe("none");
      expect(ann.listVars().text).toBe(`x\t0\t0\t0\t${mode}`);
      expect(world.space.stats.memoryBytes).toBe(1024 + 512);
    },
  );

  it("have a time of their own where the store says so, or none", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.storeSo("x", "short", { ttlMs: 10 });
    ann.storeSo("x", "long", { ttlMs: 50 });
    ann.store("x", "plain");
    ann.declare("y", "fifo", { ttlMs: 10 });
    ann.storeSo("y", "for ever", { ttlMs: Infinity });
    world.pass(10);
    expect(ann.listVars().text).toBe("x\t2\t0\t0\tfifo\ny\t1\t0\t0\tfifo");
    world.pass(1_000_000);
    expect(drain(ann, "x")).toEqual(["plain"]);
    expect(drain(ann, "y")).toEqual(["for ever"]);
  });

  it("stay while they are booked, and are gone when they come back", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.declare("x", "fifo", { ttlMs: 100 });
    ann.store("x", "1", "2", "3");
    bob.fetch("x", { lease: true });
    bob.fetch("x", { lease: true });
    bob.fetch("x", { lease: true });
    world.pass(50);
    expect(bob.release("lease", 1).outcome).toBe("done");
    world.pass(50);
    expect(ann.findTry("x").outcome).toBe("none"); // 1 had come back in time, and is over now.
    expect(bob.release("lease", 2).outcome).toBe("done");
    expect(ann.findTry("x").outcome).toBe("none");
    expect(bob.ack(3).outcome).toBe("done");
    expect(world.space.stats.memoryBytes).toBe(1024 + 512);
  });

  it("are left out by iterators", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.store("x", "1");
    ann.storeSo("x", "2", { ttlMs: 10 });
    ann.store("x", "3");
    const first = ann.ifind("x").values[0]!;
    world.pass(10);
    expect(textsOf(ann.ifind("x", first))).toEqual(["3"]);
  });

  it("make room for stores that wait, whose time begins when they are let in", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.declare("x", "fifo", { maxValues: 1, ttlMs: 100 });
    ann.store("x", "1");
    const waiting = bob.store("x", "2");
    world.pass(100);
    expect(waiting.outcome).toBe("done");
    world.pass(99);
    expect(textsOf(ann.findTry("x"))).toEqual(["2"]);
    world.pass(1);
    expect(ann.findTry("x").outcome).toBe("none");
  });

  it("take their files with them", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const file = new NamedFile("file", 10);
    ann.declare("x", "fifo", { ttlMs: 100 });
    ann.storeFile("x", file);
    world.pass(100);
    expect(world.dropped).toEqual([file]);
  });

  it("are forgotten with their variable and workspace", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.storeSo("x", "1", { ttlMs: 10 });
    ann.storeSo("y", "1", { ttlMs: 20 });
    ann.deleteVar("x");
    ann.deleteWs();
    world.pass(100);
    expect(world.space.stats).toMatchObject({ variables: 0, memoryBytes: 0 });
    expect(world.planned).toEqual([1010]);
  });

  it("go some at a time when there are very many", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.declare("x", "multi", { ttlMs: 100 });
    ann.storeSeveral("x", Array<string>(25_000).fill(""));
    world.pass(100);
    expect(ann.listVars().text).toBe("x\t15000\t0\t0\tmulti");
    expect(world.planned.at(-1)).toBe(1100);
    world.pass(0);
    world.pass(0);
    expect(ann.listVars().text).toBe("x\t0\t0\t0\tmulti");
  });
});

describe("a workspace with an idle timeout", () => {
  it("is deleted when nobody has had it open for so long", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.open("w", { own: false, idleTimeoutMs: 100 });
    ann.store("x", "1");
    ann.leave();
    world.pass(1000);
    bob.end();
    world.pass(99);
    expect(world.space.workspaces.has("w")).toBe(true);
    const cy = world.client("cy");
    cy.open("w", { own: false });
    world.pass(1000);
    expect(drain(cy, "x")).toEqual(["1"]);
    cy.confirm(1);
    cy.end();
    world.pass(100);
    expect(world.space.workspaces.has("w")).toBe(false);
    expect(world.space.stats.memoryBytes).toBe(0);
  });

  it("keeps what was said last, and is not the system's", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    ann.open("w", { idleTimeoutMs: 100, persistent: true });
    ann.open("w");
    expect(ann.open("__default", { idleTimeoutMs: 100 }).outcome).toBe("workspace_not_deletable");
    ann.end();
    world.pass(99);
    const bob = world.client("bob");
    bob.open("w", { idleTimeoutMs: Infinity, persistent: true });
    bob.end();
    world.pass(1000);
    expect(world.space.workspaces.has("w")).toBe(true);
  });

  it("may have one by the limit of the space, unless it is persistent", () => {
    const world = new World({ maxIdleMs: 100 });
    const { ann } = world.clients("ann");
    ann.mktemp();
    ann.open("kept", { persistent: true });
    ann.open("short", { own: false, idleTimeoutMs: 10 });
    ann.end();
    world.pass(10);
    expect([...world.space.workspaces.keys()]).toEqual(["__default", "w", "__ws__0.run", "kept"]);
    world.pass(90);
    expect([...world.space.workspaces.keys()]).toEqual(["__default", "kept"]);
  });
});
