import { expect, test } from "vitest";
import { isRunning, runProgram } from "./program.ts";

test.each(["local", "threads"])(
  "a program that forgets to stop its sleigh ends when nothing is pending, and leaves no worker (%s)",
  async (launch) => {
    const { code, printed, complaints } = await runProgram("forgets-to-stop.ts", [launch]).ended;
    expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
    const [pids, results] = printed.trim().split("\n");
    // What was under way kept it running.
    expect(results).toBe("1 2 3");
    expect(pids!.split(" ")).toHaveLength(2);
    await expect.poll(() => pids!.split(" ").filter((pid) => isRunning(Number(pid))), { timeout: 10_000 }).toEqual([]);
  },
);

test("a program does not wait for workers that nobody waits for", async () => {
  const { code, printed } = await runProgram("starts-and-ends.ts").ended;
  expect({ code, printed }).toEqual({ code: 0, printed: "started\n" });
});

test("workers end with a master that is killed, whatever they are doing", async () => {
  const program = runProgram("is-killed.ts");
  await expect.poll(program.printed).toMatch(/^\d+ \d+\n/);
  const pids = program.printed().trim().split(" ").map(Number);
  expect(pids.map(isRunning)).toEqual([true, true]);
  program.child.kill("SIGKILL");
  await program.ended;
  await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
});
