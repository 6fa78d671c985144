import { describe, expect, test } from "vitest";
import { drain, World } from "./support.ts";

describe("open and use", () => {
  test("create the workspace, unless told not to", () => {
    const ann = new World().client("ann");
    expect(ann.open("new", { create: false })).toMatchObject({
      outcome: "no_such_workspace",
      text: "workspace 'new' does not exist",
    });
    expect(ann.open("new").outcome).toBe("done");
    expect(ann.open("new", { create: false }).outcome).toBe("done");
  });

  test("refuse names that are empty or would break listings", () => {
    const ann = new World().client("ann");
    for (const name of ["", "tab\t", "new\nline", "nul\0"]) {
      expect(ann.open(name).outcome).toBe("bad_name");
    }
  });

  test("come before anything else in a workspace", () => {
    const ann = new World().client("ann");
    const elsewhere = [
      ann.store("x", "1"),
      ann.fetch("x"),
      ann.declare("x", "fifo"),
      ann.deleteVar("x"),
      ann.listVars(),
    ];
    expect(new Set(elsewhere.map(({ outcome }) => outcome))).toEqual(new Set(["workspace_not_open"]));
  });
});

describe("the owner", () => {
  test("is the first that opens, not one that uses", () => {
    const world = new World();
    const [ann, bob, cy] = [world.client("ann"), world.client("bob"), world.client("cy")];
    ann.open("w", { own: false });
    bob.open("w", { persistent: true });
    cy.open("w");
    bob.end();
    expect(ann.listWss("w").text).toBe(" w\t\tTrue\t0\t\n");
  });

  test("takes a workspace that is not persistent along when its session ends", () => {
    const world = new World();
    const [ann, bob] = [world.client("ann"), world.client("bob")];
    ann.open("w");
    bob.open("w");
    const waiting = bob.fetch("x");
    ann.end();
    expect(waiting).toMatchObject({ outcome: "variable_deleted", text: "workspace 'w' was deleted" });
    expect(bob.store("x", "1")).toMatchObject({
      outcome: "no_such_workspace",
      text: "workspace 'w' was deleted; open it again",
    });
  });

  test("leaves a persistent workspace behind, for somebody else to own", () => {
    const world = new World();
    const [ann, bob] = [world.client("ann"), world.client("bob")];
    ann.open("w", { persistent: true });
    ann.store("x", "1");
    bob.open("w", { own: false });
    ann.end();
    expect(drain(bob, "x")).toEqual(["1"]);
    bob.open("w");
    bob.leave();
    expect(bob.listWss("w").text).toBe("\n");
  });

  test("gives up its workspace when it leaves it", () => {
    const world = new World();
    const [ann, bob] = [world.client("ann"), world.client("bob")];
    ann.open("w");
    bob.open("w");
    ann.leave();
    expect(bob.listVars().outcome).toBe("no_such_workspace");
  });

  test("of a workspace that was deleted does nothing to the next one of that name", () => {
    const world = new World();
    const [ann, bob] = [world.client("ann"), world.client("bob")];
    ann.open("w");
    bob.open("w");
    bob.deleteWs();
    bob.open("w", { own: false });
    bob.store("x", "1");
    ann.leave();
    expect(drain(bob, "x")).toEqual(["1"]);
    expect(bob.listWss("w").text).toBe(" w\t\tFalse\t1\tx\n");
  });
});

describe("deleting a workspace", () => {
  test("fails who waits there, and empties it", () => {
    const world = new World();
    const { ann, bob } = world.clients("ann", "bob");
    ann.store("x", "1");
    const waits = [bob.fetch("y"), bob.find("z")];
    expect(ann.deleteWs().outcome).toBe("done");
    expect(waits.map(({ outcome }) => outcome)).toEqual(["variable_deleted", "variable_deleted"]);
    expect(world.space.stats).toMatchObject({ workspaces: 1, variables: 0, waiting: 0, memoryBytes: 0 });
  });

  test("makes a later one of that name another workspace: who opened the earlier one opens again", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    bob.store("x", "old");
    ann.deleteWs();
    ann.open("w");
    ann.store("x", "new");
    expect(bob.fetchTry("x").outcome).toBe("no_such_workspace");
    expect(bob.deleteWs().outcome).toBe("no_such_workspace");
    bob.open("w", { own: false });
    expect(drain(bob, "x")).toEqual(["new"]);
  });

  test("is for those who opened or used it", () => {
    const world = new World();
    world.clients("ann");
    const bob = world.client("bob");
    expect(bob.deleteWs("w").outcome).toBe("workspace_not_open");
    expect(bob.deleteWs("nowhere").outcome).toBe("no_such_workspace");
    bob.open("w", { own: false });
    expect(bob.deleteWs("w").outcome).toBe("done");
  });

  test("spares __default", () => {
    const ann = new World().client("ann");
    ann.open("__default");
    expect(ann.deleteWs("__default").outcome).toBe("workspace_not_deletable");
    ann.end();
  });
});

describe("deleting a variable", () => {
  test("fails who waits for it and no other", () => {
    const { ann, bob } = new World().clients("ann", "bob");
    const waits = [ann.fetch("x"), ann.find("x"), ann.fetch("y")];
    expect(bob.deleteVar("x").outcome).toBe("done");
    expect(waits.map(({ outcome }) => outcome)).toEqual(["variable_deleted", "variable_deleted", "waiting"]);
    expect(waits[0]!.text).toBe("variable 'x' was deleted");
  });

  test("that does not exist fails", () => {
    const { ann } = new World().clients("ann");
    expect(ann.deleteVar("x")).toMatchObject({
      outcome: "no_such_variable",
      text: "workspace 'w' has no variable 'x'",
    });
  });

  test("frees its mode for the next of that name", () => {
    const { ann } = new World().clients("ann");
    ann.declare("x", "lifo");
    ann.deleteVar("x");
    expect(ann.declare("x", "fifo").outcome).toBe("done");
  });
});
