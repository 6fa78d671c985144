import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { NetWorkSpace, NwsError } from "../../src/client/index.ts";
import { startTestServer, type TestServer } from "../cli/nws-process.ts";

const DISK = "48m";
const VALUE = "x".repeat(20_000);

/** A small disk of its own, for whoever may mount one (CI does); undefined for others. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "nws-full-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", folder]).status !== 0) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  onTestFinished(() => {
    spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function open({ port }: TestServer): NetWorkSpace {
  return new NetWorkSpace("kept", { serverPort: port, persistent: true, reconnect: false });
}

async function numbers(ws: NetWorkSpace): Promise<number[]> {
  const found: number[] = [];
  for await (const { n } of ws.ifindTry<{ n: number }>("x", { batch: 100 })) {
    found.push(n);
  }
  return found;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

it(
  "a disk that is really full: stores are refused, what is there can be had, nothing acknowledged is lost, and with room all goes on",
  { timeout: 90_000 },
  async (test) => {
    const disk = smallDisk();
    if (disk === undefined) {
      test.skip("nobody but root can mount a small disk");
      return;
    }
    const data = join(disk, "data");
    let taken = 0;
    let stored = 0;
    {
      await using server = await startTestServer(["--data", data]);
      const ws = open(server);
      let refusal: unknown;
      while (refusal === undefined) {
        try {
          await ws.store("x", { n: stored, VALUE });
          stored++;
        } catch (error) {
          refusal = error;
        }
      }
      expect(refusal).toBeInstanceOf(NwsError);
      expect(refusal).toMatchObject({ code: "disk_full", message: expect.stringMatching(/disk is full/) as string });
      // (How many there are depends on whether a snapshot was being written when the room came to its end.)
      taken = stored - 50;
      // Another file has taken what was left of the room, to the last byte.
      const other = join(disk, "other");
      for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2)) {
        try {
          writeFileSync(other, new Uint8Array(size), { flag: "a" });
        } catch {
          // As much as fits is in it.
        }
      }
      expect(await numbers(ws)).toEqual(upTo(stored));
      expect(await ws.fetch<{ n: number }>("x")).toMatchObject({ n: 0 });
      rmSync(other);
      // Room for a new snapshot, without which the old ones and the log cannot go.
      for (let n = 1; n < taken; n++) {
        await ws.fetch("x");
      }
      let isStored = false;
      while (!isStored) {
        isStored = await ws.store("x", { n: stored, VALUE }).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ code: "disk_full" });
            return sleep(50, false);
          },
        );
      }
      server.process.child.kill("SIGKILL");
      await server.process.outcome;
    }
    await using server = await startTestServer(["--data", data]);
    const ws = open(server);
    const left = await numbers(ws);
    // (The last fetch may not have been confirmed.)
    expect([taken, taken - 1]).toContain(left[0]);
    expect(left).toEqual(upTo(stored + 1).slice(left[0]));
    await ws.close();
  },
);
