import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogLockedError } from "../../src/log/index.ts";
import { lockFolder } from "../../src/log/folder-lock.ts";
import { describeOwner } from "../../src/log/owner.ts";
import { OwnerOfRecords } from "./owner-of-records.ts";

const SILENCE_MS = 60;
let folder: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-lock-"));
});

afterEach(() => {
  for (const child of children) {
    child.kill("SIGKILL");
  }
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

test("a second process is refused and told who has the folder; what a killed one left does not stand in the way", async () => {
  for (let round = 0; round < 3; round++) {
    const { child, lines } = writingProcess();
    let durable = 0;
    for await (const line of lines) {
      durable = Number(line.split(" ")[1]);
      if (line.startsWith("durable") && durable > (round + 1) * 40) {
        break;
      }
    }
    const refusal: unknown = await OwnerOfRecords.open({ folder }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LogLockedError);
    expect(refusal).toMatchObject({ code: "locked", pid: child.pid });
    expect((refusal as Error).message).toContain(`process ${child.pid}`);
    child.kill("SIGKILL");
    await once(child, "exit");

    const owner = await OwnerOfRecords.open({ folder });
    expect(owner.records.length).toBeGreaterThanOrEqual(durable);
    expect(owner.records).toEqual(owner.records.map((_, i) => String(i + 1)));
    await owner.log.close();
  }
});

test("a folder is refused to the process that has it open", async () => {
  const owner = await OwnerOfRecords.open({ folder });
  await expect(OwnerOfRecords.open({ folder })).rejects.toMatchObject({ pid: process.pid });
  await owner.log.close();
  await (await OwnerOfRecords.open({ folder })).log.close();
});

test.skipIf(process.platform !== "linux")(
  "a process number that was given to another process is no obstacle",
  async () => {
    writeFileSync(join(folder, "lock-7"), JSON.stringify({ ...describeOwner(), startedAt: "1" }));
    const lock = await lockFolder(folder, []);
    expect(readdirSync(folder)).toEqual(["lock-8"]);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("a lock whose process cannot be seen from here holds while it beats, and is taken over when it is silent", async () => {
  const path = join(folder, "lock-1");
  writeFileSync(path, JSON.stringify({ pid: 4_711, place: "another machine" }));
  let seconds = 1_000;
  const beat = setInterval(() => utimesSync(path, ++seconds, seconds), 5);
  await expect(lockFolder(folder, [], SILENCE_MS)).rejects.toMatchObject({
    pid: 4_711,
    message: expect.stringContaining("another container") as string,
  });
  clearInterval(beat);
  const notes: string[] = [];
  const lock = await lockFolder(folder, notes, SILENCE_MS);
  expect(notes.join()).toContain("no sign of life");
  await lock.release();
});

test("an empty lock, of a process that was stopped while it made it, is taken over", async () => {
  writeFileSync(join(folder, "lock-3"), "");
  await (await lockFolder(folder, [], SILENCE_MS)).release();
});

test("of many who take a folder at once exactly one gets it", async () => {
  for (let round = 0; round < 10; round++) {
    if (round % 2 === 0) {
      writeFileSync(join(folder, "lock-2"), JSON.stringify({ ...describeOwner(), pid: 2 ** 22 + 1 }));
    }
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder, [], SILENCE_MS)));
    const held = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(held.length).toBeLessThanOrEqual(1);
    for (const outcome of outcomes) {
      expect(outcome.status === "fulfilled" || outcome.reason instanceof LogLockedError).toBe(true);
    }
    await held[0]?.value.release();
    // Whatever they did to each other: afterwards it can be had.
    await (await lockFolder(folder, [], SILENCE_MS)).release();
  }
});

function writingProcess(): { child: ChildProcess; lines: AsyncIterable<string> } {
  const program = fileURLToPath(new URL("fixtures/writing-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return { child, lines: createInterface(child.stdout) };
}
