import { expect, test } from "vitest";
import { drain, World } from "./support.ts";

/** A workspace that ann owns, and where bob is a guest. */
function annAndBob(): { ann: ReturnType<World["client"]>; bob: ReturnType<World["client"]>; world: World } {
  const world = new World();
  const ann = world.client("ann");
  ann.open("w");
  const { bob } = world.clients("bob");
  return { ann, bob, world };
}

test("nobody but the owner of the workspace stores into a guarded variable, declares or deletes it", () => {
  const { ann, bob, world } = annAndBob();
  expect(ann.guard("x").outcome).toBe("done");
  bob.store("free", "1");
  const { lease } = bob.fetch("free", { lease: true }).values[0]!;
  const file = { length: 1 };
  expect([
    bob.declare("x", "lifo").outcome,
    bob.store("x", "forged").outcome,
    bob.storeSeveral("x", ["forged"]).outcome,
    bob.storeFile("x", file).outcome,
    bob.complete(lease, "x", "forged").outcome,
    bob.deleteVar("x").outcome,
    bob.guard("x").outcome,
  ]).toEqual(Array(7).fill("not_permitted"));
  expect(world.dropped).toEqual([file]);
  expect(bob.ack(lease).outcome).toBe("done");
  ann.store("x", "1", "2");
  expect(bob.fetch("x").values[0]!.text).toBe("1");
  expect(drain(ann, "x")).toEqual(["2"]);
});

test("only the owner guards, and guards what is not guarded already as often as it likes", () => {
  const { ann, bob } = annAndBob();
  expect(bob.guard("x").outcome).toBe("not_permitted");
  expect(bob.store("x", "1").outcome).toBe("done");
  expect([ann.guard("x").outcome, ann.guard("x").outcome]).toEqual(["done", "done"]);
  expect(drain(bob, "x")).toEqual(["1"]);
});

test("a variable is guarded until it is deleted, and without an owner nobody changes it", () => {
  const world = new World();
  const ann = world.client("ann");
  ann.open("w", { persistent: true });
  const { bob } = world.clients("bob");
  ann.guard("x");
  ann.guard("y");
  ann.deleteVar("y");
  expect(bob.store("y", "1").outcome).toBe("done");
  ann.end();
  expect(bob.store("x", "1").outcome).toBe("not_permitted");
  bob.open("w");
  expect(bob.store("x", "1").outcome).toBe("done");
});
