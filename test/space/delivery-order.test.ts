import { describe, expect, test } from "vitest";
import { textsOf, World } from "./support.ts";

describe("a stored value", () => {
  test("goes to every waiting finder, then to the first waiting fetcher, and is not queued", () => {
    const world = new World();
    const { ann, bob, cy, dan, eve } = world.clients("ann", "bob", "cy", "dan", "eve");
    const first = ann.fetch("x");
    bob.find("x");
    const second = cy.fetch("x");
    dan.find("x");
    expect(eve.store("x", "1").outcome).toBe("done");
    expect(world.given).toEqual(["bob 1", "dan 1", "ann 1"]);
    expect(first.outcome).toBe("value");
    expect(second.outcome).toBe("waiting");
    expect(eve.findTry("x").outcome).toBe("none");
  });

  test("is seen by finders and stays when no fetcher waits", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.find("x");
    bob.store("x", "1");
    expect(world.given).toEqual(["ann 1"]);
    expect(textsOf(bob.fetch("x"))).toEqual(["1"]);
  });

  test("keeps its descriptor and its bytes", () => {
    const { ann } = new World().clients("ann");
    ann.storeIn("w", "x", "a\0ÿ\n", 0xff00_0001);
    expect(ann.fetch("x").values[0]).toMatchObject({ descriptor: 0xff00_0001, text: "a\0ÿ\n" });
  });

  test("counts among the numbers of its variable even when a waiting fetcher takes it", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    const waiting = ann.fetch("x");
    bob.store("x", "1", "2");
    expect(waiting.values[0]!.position.index).toBe(0);
    expect(bob.find("x").values[0]!.position.index).toBe(1);
  });
});

describe("fetchers", () => {
  test("are served in the order in which they began to wait, one value each", () => {
    const world = new World();
    const { ann, bob, cy } = world.clients("ann", "bob", "cy");
    ann.fetch("x");
    bob.fetch("x");
    ann.fetch("x");
    cy.store("x", "1", "2", "3");
    expect(world.given).toEqual(["ann 1", "bob 2", "ann 3"]);
  });

  test("who cancelled or timed out get nothing, and know it", () => {
    const world = new World();
    const { ann, bob, cy } = world.clients("ann", "bob", "cy");
    const [a, b] = [ann.fetch("x"), bob.fetch("x")];
    const c = cy.fetch("x");
    expect(ann.cancel(a)).toBe(true);
    expect(bob.cancel(b, "timed_out")).toBe(true);
    expect([a.outcome, b.outcome]).toEqual(["cancelled", "timed_out"]);
    ann.store("x", "1");
    expect(textsOf(c)).toEqual(["1"]);
    expect(cy.cancel(c)).toBe(false);
  });

  test("whose session ends stop waiting without an answer", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    const waiting = ann.fetch("x");
    ann.end();
    bob.store("x", "1");
    expect(waiting.outcome).toBe("waiting");
    expect(textsOf(bob.fetch("x"))).toEqual(["1"]);
  });

  test("who leave the workspace stop waiting there, and only there", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.open("other");
    const [here, elsewhere] = [ann.fetch("x"), ann.fetchIn("other", "x")];
    ann.leave();
    expect([here.outcome, elsewhere.outcome]).toEqual(["cancelled", "waiting"]);
    expect(ann.fetch("x").outcome).toBe("workspace_not_open");
    bob.store("x", "1");
    expect(world.given).toEqual([]);
  });
});

describe("several values in one request", () => {
  test("a store of several settles value by value", () => {
    const world = new World();
    const { ann, bob, cy } = world.clients("ann", "bob", "cy");
    ann.fetch("x", { most: 3 });
    bob.find("x");
    cy.storeSeveral("x", ["1", "2", "3"]);
    expect(world.given).toEqual(["bob 1", "ann 1"]);
    expect(textsOf(cy.fetch("x", { most: 3 }))).toEqual(["2", "3"]);
  });

  test("a fetch of several takes what is there, up to that many, and announces what follows", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2", "3");
    const two = ann.fetch("x", { most: 2 });
    expect(textsOf(two)).toEqual(["1", "2"]);
    expect(two.values.map(({ more }) => more)).toEqual([true, false]);
    expect(textsOf(ann.fetch("x", { most: 2 }))).toEqual(["3"]);
    expect(ann.fetch("x", { most: 2 }).outcome).toBe("waiting");
  });

  test("a find answers with one, however many it asks for", () => {
    const { ann } = new World().clients("ann");
    ann.store("x", "1", "2");
    expect(textsOf(ann.find("x", { most: 2 }))).toEqual(["1"]);
  });

  test("an answer stops growing at a mebibyte", () => {
    const { ann } = new World().clients("ann");
    const half = "h".repeat(512 * 1024);
    ann.store("x", half, half, half);
    expect(ann.ifind("x", undefined, { most: 3 }).values.map(({ more }) => more)).toEqual([true, false]);
    expect(ann.fetch("x", { most: 3 }).values.map(({ more }) => more)).toEqual([true, false]);
    expect(ann.fetch("x", { most: 3 }).values).toHaveLength(1);
  });
});
