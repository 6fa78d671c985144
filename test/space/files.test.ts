import { describe, expect, test } from "vitest";
import { World } from "./support.ts";

const file = (name: string): { readonly name: string; readonly length: number } => ({ name, length: 1000 });

describe("a value in a file", () => {
  test("is delivered as its file, with no bytes, and counts apart from memory", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const big = file("big");
    ann.storeFile("x", big);
    expect(world.space.stats.fileBytes).toBe(1000);
    const [found] = ann.find("x").values;
    expect(found).toMatchObject({ text: "" });
    expect(found!.file).toBe(big);
    expect(world.dropped).toEqual([]);
  });

  test("counts with its length toward what an answer may hold", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    for (let i = 0; i < 5; i++) {
      ann.storeFile("x", { length: 600_000 });
    }
    expect(ann.ifind("x", undefined, { most: 5 }).values).toHaveLength(2);
    expect(ann.fetch("x", { most: 5 }).values).toHaveLength(2);
  });

  test("is dropped once when it is confirmed, not when it is fetched", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const big = file("big");
    ann.storeFile("x", big);
    ann.fetch("x");
    expect(world.dropped).toEqual([]);
    ann.confirm(1);
    ann.confirm(1);
    expect(world.dropped).toEqual([big]);
    expect(world.space.stats.fileBytes).toBe(0);
  });

  test("is dropped once when its lease is acknowledged or completed", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const [one, two, three] = [file("1"), file("2"), file("3")];
    ann.storeFile("x", one);
    ann.storeFile("x", two);
    ann.fetch("x", { lease: true, most: 2 });
    ann.ack(1);
    ann.ack(1);
    ann.completeFile(2, "y", three);
    expect(world.dropped).toEqual([one, two]);
    expect(ann.find("y").values[0]!.file).toBe(three);
  });

  test("is dropped when a newer value replaces it, and when it comes back too late", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const [one, two, three] = [file("1"), file("2"), file("3")];
    ann.declare("x", "single");
    ann.storeFile("x", one);
    ann.storeFile("x", two);
    expect(world.dropped).toEqual([one]);
    ann.fetch("x");
    ann.storeFile("x", three);
    ann.release("booking", 1);
    expect(world.dropped).toEqual([one, two]);
  });

  test("is dropped once with its variable, free or booked", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    const [one, two] = [file("1"), file("2")];
    ann.storeFile("x", one);
    ann.storeFile("x", two);
    bob.fetch("x");
    ann.deleteVar("x");
    expect(world.dropped).toEqual([one, two]);
    bob.confirm(1);
    bob.end();
    expect(world.dropped).toEqual([one, two]);
  });

  test("is dropped once with its workspace, free or booked", () => {
    const world = new World();
    const [ann, bob] = [world.client("ann"), world.client("bob")];
    const [one, two, three] = [file("1"), file("2"), file("3")];
    ann.open("w");
    bob.open("w", { own: false });
    ann.storeFile("x", one);
    ann.storeFile("x", two);
    ann.storeFile("y", three);
    bob.fetch("x", { lease: true });
    ann.end();
    expect(world.dropped).toEqual([one, two, three]);
    expect(bob.ack(1).outcome).toBe("lease_lost");
    bob.end();
    expect(world.dropped).toEqual([one, two, three]);
    expect(world.space.stats.fileBytes).toBe(0);
  });

  test("is not dropped when it goes back", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.storeFile("x", file("big"));
    bob.fetch("x");
    bob.end();
    expect(world.dropped).toEqual([]);
    expect(ann.fetchTry("x").outcome).toBe("value");
  });

  test("whose store is refused is dropped", () => {
    const world = new World({ maxMemoryBytes: 1024 });
    const { ann } = world.clients("ann");
    const files = [file("not open"), file("no lease"), file("no room")];
    expect(ann.storeFile("x", files[0]!, "elsewhere").outcome).toBe("workspace_not_open");
    expect(ann.completeFile(7, "x", files[1]!).outcome).toBe("lease_lost");
    expect(ann.storeFile("x", files[2]!).outcome).toBe("memory_full");
    expect(world.dropped).toEqual(files);
  });

  test("is put on lease by its length for a session that asks for that", () => {
    const world = new World();
    const { ann } = world.clients("ann");
    const bob = world.client("bob", { leaseOver: 999 });
    bob.open("w", { own: false });
    ann.storeFile("x", file("big"));
    expect(bob.fetch("x").values[0]).toMatchObject({ booking: 0, lease: 1 });
  });
});
