import { expect, test } from "vitest";
import { TestWeb, until } from "./support.ts";

const text = "/api/workspaces/w/variables/x/values/0/text";

test("a babelfish of the value's language is asked, one thing at a time", async () => {
  await using web = await TestWeb.start();
  await web.open("w").store("x", "hello");
  expect((await web.fetch(text)).status).toBe(404);
  const fish = web.open("JavaScript babelfish");
  const translating = (async () => {
    for (let i = 0; i < 3; i++) {
      await fish.store("doof", `readable ${String(await fish.fetch("food"))} ${i}`);
    }
  })();
  await until(async () => (await fish.listVars()).some(({ name, fetchers }) => name === "food" && fetchers === 1));
  // (The next one is asked when it waits for food again.)
  for (let i = 0; i < 3; i++) {
    await until(async () => {
      const response = await web.fetch(text);
      return response.status === 200 && ((await response.json()) as { text: string }).text === `readable hello ${i}`;
    });
  }
  await translating;
});

test("an answer to what nobody waits for any more is not taken for the next", async () => {
  await using web = await TestWeb.start();
  await web.open("w").store("x", "hello");
  const fish = web.open("JavaScript babelfish");
  await fish.store("doof", "too late");
  const food = fish.fetch("food");
  await until(async () => (await fish.listVars()).some(({ fetchers }) => fetchers === 1));
  const asked = web.get<{ text: string }>(text);
  await food;
  await fish.store("doof", "right");
  expect(await asked).toEqual({ text: "right" });
});
