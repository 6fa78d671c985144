import { expect, test } from "vitest";
import { TestMaster } from "./test-master.ts";

test("what a task prints comes in order and before its result", async () => {
  await using master = await TestMaster.start();
  await master.worker({}, { rank: 4 });
  master.expression(
    1,
    `(() => {
       console.log("one", SleighArguments[0]);
       process.stderr.write("two\\n");
       console.error({ three: 3 });
       process.stdout.write(Buffer.from("four\\n"));
     })()`,
  );
  await master.send({ job: 1, columns: [["first", "second"]] }, { job: 1, chunk: 1, columns: [["third"]] });
  await master.result(1, 1);
  const told = master.heard.map((each) => (each.kind === "output" ? each.text : each.kind)).join("");
  const lines = (name: string): string => `one ${name}\ntwo\n{ three: 3 }\nfour\n`;
  expect(told).toBe(`${lines("first")}${lines("second")}result${lines("third")}result`);
  const streams = new Set(master.heard.map((each) => (each.kind === "output" ? `${each.stream} ${each.rank}` : "")));
  expect(streams).toEqual(new Set(["stdout 4", "stderr 4", ""]));
});

test("the end of what a task printed goes with its error, and not that of others", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "(() => { console.log('task', SleighArguments[0]); throw new Error('x') })()");
  await master.send({ job: 1, columns: [[1, 2]] });
  const { failures } = await master.result(1);
  expect(failures.map(({ output }) => output)).toEqual(["task 1\n", "task 2\n"]);
});

test("much output arrives whole", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "(() => { for (let i = 0; i < 20_000; i++) console.log('line', i) })()");
  await master.send({ job: 1, columns: [[0]] });
  await master.result(1);
  const lines = master.output.trimEnd().split("\n");
  expect(lines).toHaveLength(20_000);
  expect(lines.every((line, i) => line === `line ${i}`)).toBe(true);
});

test("SleighContext.log says when, who and which task", async () => {
  await using master = await TestMaster.start();
  await master.worker({}, { rank: 1 });
  master.expression(1, "SleighContext.log('half', 'way')");
  await master.send({ job: 1, first: 8, columns: [[0]] });
  await master.result(1);
  expect(master.output).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \[1\] task 8: half way\n$/);
});
