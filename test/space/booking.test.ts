import { describe, expect, test } from "vitest";
import { drain, textsOf, World } from "./support.ts";

describe("a fetched value", () => {
  test("is booked under a number of its session, and nobody sees it", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2", "3");
    expect(ann.fetch("x").values[0]!.booking).toBe(1);
    expect(bob.fetch("x").values[0]!.booking).toBe(1);
    expect(ann.fetch("x").values[0]).toMatchObject({ booking: 2, lease: 0 });
    expect(ann.findTry("x").outcome).toBe("none");
    expect(bob.listVars("w", true).text).toBe(`x\t0\t0\t0\tfifo\t3\t${3 * (1 + 10)}`);
  });

  test("is gone for good once it is confirmed: confirms are cumulative", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2", "3");
    ann.fetch("x", { most: 3 });
    ann.confirm(2);
    ann.end();
    expect(drain(bob, "x")).toEqual(["3"]);
  });

  test("that is fetched later is not confirmed by a number from the future", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.confirm(10);
    ann.store("x", "1", "2");
    ann.fetch("x");
    ann.confirm(10);
    expect(ann.fetch("x").values[0]!.booking).toBe(2);
    ann.end();
    expect(drain(bob, "x")).toEqual(["2"]);
  });

  test("goes back to its old place when its session ends", () => {
    const { ann, bob, cy } = new World().clients("ann", "bob", "cy");
    ann.store("x", "1", "2", "3", "4");
    bob.fetch("x");
    cy.fetch("x");
    bob.fetch("x");
    bob.end();
    expect(drain(ann, "x")).toEqual(["1", "3", "4"]);
  });

  test("goes back when its session leaves the workspace, but not from another workspace", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1");
    bob.open("other");
    bob.storeIn("other", "y", "elsewhere");
    bob.fetch("x");
    bob.fetchIn("other", "y");
    bob.leave();
    expect(drain(ann, "x")).toEqual(["1"]);
    expect(bob.release("booking", 1).outcome).toBe("lease_lost");
    expect(bob.listVars("other", true).text).toMatch(/^y\t0\t0\t0\tfifo\t1\t/);
  });

  test("can be released by its number, once", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2");
    ann.fetch("x", { most: 2 });
    expect(ann.release("booking", 1).outcome).toBe("done");
    expect(ann.release("booking", 1)).toMatchObject({
      outcome: "lease_lost",
      text: "booking 1 is not held (any more)",
    });
    ann.confirm(2);
    expect(ann.release("booking", 2).outcome).toBe("lease_lost");
    expect(drain(bob, "x")).toEqual(["1"]);
  });
});

describe("values that go back", () => {
  test("are all back before anybody is served: finders see the lowest, then fetchers take by index", () => {
    const world = new World();
    const { ann, bob, cy, dan, eve } = world.clients("ann", "bob", "cy", "dan", "eve");
    ann.store("x", "1", "2", "3");
    ann.fetch("x", { most: 3 });
    world.given.length = 0;
    bob.fetch("x");
    cy.find("x");
    dan.fetch("x", { most: 5 });
    eve.find("x");
    ann.end();
    expect(world.given).toEqual(["cy 1", "eve 1", "bob 1", "dan 2", "dan 3"]);
  });

  test("of thousands of bookings keep their order", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    const texts = Array.from({ length: 3000 }, (_, i) => String(i));
    ann.storeSeveral("x", texts);
    ann.fetch("x", { most: 2000 });
    ann.confirm(500);
    for (let number = 600; number < 1900; number += 7) {
      ann.release("booking", number);
    }
    ann.end();
    expect(drain(bob, "x")).toEqual(texts.slice(500));
  });
});

describe("a lease", () => {
  test("outlives confirms and ends with ack", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2");
    expect(ann.fetch("x", { lease: true }).values[0]).toMatchObject({ booking: 0, lease: 1 });
    ann.fetch("x");
    ann.confirm(1);
    expect(ann.ack(1).outcome).toBe("done");
    expect(ann.ack(1)).toMatchObject({ outcome: "lease_lost", text: "lease 1 is not held (any more)" });
    ann.end();
    expect(drain(bob, "x")).toEqual([]);
  });

  test("gives the value back on release, and when the session ends", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2", "3");
    const [first] = ann.fetch("x", { lease: true, most: 2 }).values;
    ann.release("lease", first!.lease);
    expect(textsOf(bob.findTry("x"))).toEqual(["1"]);
    ann.end();
    expect(drain(bob, "x")).toEqual(["1", "2", "3"]);
  });

  test("tells how often its value was given out: neither a find nor what was released counts", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "lifo");
    ann.store("x", "1");
    expect(ann.fetch("x", { lease: true }).values[0]!.deliveries).toBe(1);
    ann.release("lease", 1);
    expect(bob.find("x").values[0]!.deliveries).toBe(0);
    bob.fetch("x");
    bob.end();
    expect(ann.fetch("x", { lease: true }).values[0]!.deliveries).toBe(2);
    ann.complete(2, "x", "2");
    expect(ann.fetch("x", { lease: true }).values[0]!.deliveries).toBe(1);
  });

  test("whose time is over gives the value back to its old place, one delivery older, and is lost", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2");
    ann.fetch("x", { lease: true });
    expect(ann.extend(1).outcome).toBe("done");
    ann.expire(1);
    expect(ann.ack(1)).toMatchObject({ outcome: "lease_lost", text: "lease 1 is not held (any more)" });
    expect(ann.extend(1).outcome).toBe("lease_lost");
    expect(ann.complete(1, "y", "done").outcome).toBe("lease_lost");
    expect(bob.fetch("x", { lease: true }).values[0]).toMatchObject({ text: "1", deliveries: 2 });
    ann.end();
    expect(drain(bob, "x")).toEqual(["2"]);
  });

  test("whose time is over serves who waits; a lease that is over already is none", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2");
    ann.fetch("x", { lease: true, most: 2 });
    const fetching = bob.fetch("x");
    ann.ack(1);
    ann.expire(1);
    expect(fetching.outcome).toBe("waiting");
    ann.expire(2);
    expect(textsOf(fetching)).toEqual(["2"]);
    ann.expire(2);
    ann.expire(3);
  });

  test("on the old value of a single variable gives nothing back when its time is over", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.declare("x", "single");
    ann.store("x", "old");
    ann.fetch("x", { lease: true });
    ann.store("x", "new");
    ann.expire(1);
    expect(drain(bob, "x")).toEqual(["new"]);
  });

  test("of a deleted variable can neither be extended nor expire", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2");
    ann.fetch("x", { lease: true, most: 2 });
    bob.deleteVar("x");
    bob.store("x", "new");
    expect(ann.extend(1).outcome).toBe("lease_lost");
    ann.expire(2);
    expect(drain(bob, "x")).toEqual(["new"]);
  });

  test("is not another session's", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1");
    ann.fetch("x", { lease: true });
    expect(bob.ack(1).outcome).toBe("lease_lost");
    expect(bob.release("lease", 1).outcome).toBe("lease_lost");
    expect(ann.ack(1).outcome).toBe("done");
  });

  test("is how a session that asks for it gets long values, and what follows them in an answer", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const bob = world.client("bob", { leaseOver: 3 });
    bob.open("w", { own: false });
    ann.store("x", "abc", "long", "b", "c");
    const several = bob.fetch("x", { most: 3 });
    expect(several.values.map(({ booking, lease }) => [booking, lease])).toEqual([
      [1, 0],
      [0, 1],
      [0, 2],
    ]);
    expect(bob.fetch("x").values[0]).toMatchObject({ booking: 2, lease: 0 });
  });

  test("of a deleted variable is lost; a confirm of its booking is silent", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("x", "1", "2", "3");
    ann.fetch("x", { lease: true });
    ann.fetch("x");
    ann.fetch("x", { lease: true });
    bob.deleteVar("x");
    expect(ann.ack(1).outcome).toBe("lease_lost");
    expect(ann.release("lease", 2).outcome).toBe("lease_lost");
    expect(ann.release("booking", 1).outcome).toBe("lease_lost");
    ann.confirm(1);
    bob.store("x", "new");
    ann.end();
    expect(drain(bob, "x")).toEqual(["new"]);
  });
});

describe("complete", () => {
  test("acknowledges and stores in one step", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("task", "1");
    const { lease } = ann.fetch("task", { lease: true }).values[0]!;
    const result = bob.fetch("result");
    expect(ann.complete(lease, "result", "one").outcome).toBe("done");
    expect(textsOf(result)).toEqual(["one"]);
    ann.end();
    expect(drain(bob, "task")).toEqual([]);
  });

  test("does neither when the lease is lost", () => {
    const { ann } = new World().clients("ann");
    expect(ann.complete(1, "result", "one").outcome).toBe("lease_lost");
    expect(ann.listVars().text).toBe("");
  });

  test("does neither when the value cannot be stored", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("task", "1");
    const { lease } = ann.fetch("task", { lease: true }).values[0]!;
    expect(ann.complete(lease, "bad\tname", "one").outcome).toBe("bad_name");
    ann.end();
    expect(drain(bob, "task")).toEqual(["1"]);
  });

  test("is refused to a session that has ended", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    ann.store("task", "1");
    const { lease } = ann.fetch("task", { lease: true }).values[0]!;
    ann.end();
    expect(ann.complete(lease, "result", "one").outcome).toBe("lease_lost");
    expect(drain(bob, "task")).toEqual(["1"]);
  });
});
