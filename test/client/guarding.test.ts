import { expect, test } from "vitest";
import { PermissionError } from "../../src/client/index.ts";
import { failureOf, TestServer } from "./support.ts";

test("the owner of a workspace keeps a variable for what it stores itself", async () => {
  await using server = await TestServer.start();
  const owner = server.open("table");
  await owner.guard("x");
  await owner.store("x", 1);
  await using other = server.connect();
  const guest = await other.useWs("table");
  const refusals = await Promise.all([
    failureOf(guest.store("x", 2)),
    failureOf(guest.storeAll("x", [2, 3])),
    failureOf(guest.store("x", new Uint8Array(3_000_000))),
    failureOf(guest.declare("x", "lifo")),
    failureOf(guest.deleteVar("x")),
    failureOf(guest.guard("x")),
    failureOf(guest.guard("y")),
  ]);
  expect(refusals.map((error) => error instanceof PermissionError)).toEqual(Array(7).fill(true));
  expect(await guest.fetch("x")).toBe(1);
  expect(await guest.fetchTry("x")).toBeUndefined();
});
