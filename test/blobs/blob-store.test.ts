import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BlobStore } from "../../src/blobs/blob-store.ts";
import { describeOwner } from "../../src/blobs/owner.ts";
import type { StoredBlob } from "../../src/blobs/stored-blob.ts";

let tmpDir: string;
beforeEach(() => {
  tmpDir = mkdtempSync(join(tmpdir(), "nws-test."));
});
afterEach(() => {
  rmSync(tmpDir, { recursive: true });
});

/** Writes one blob; rejects with what the store says. */
function put(store: BlobStore, ...parts: readonly Uint8Array[]): Promise<StoredBlob> {
  return new Promise((resolve, reject) => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const writer = store.createWriter(length, { written: () => undefined, finished: resolve, failed: reject });
    for (const part of parts) {
      writer.write(part, 0, part.length);
    }
  });
}

async function readAll(blob: StoredBlob): Promise<Buffer> {
  const reader = blob.openReader();
  const parts: Uint8Array[] = [];
  while (reader.restBytes > 0) {
    parts.push(
      await new Promise((resolve, reject) => {
        reader.next(1000, (error, bytes) => {
          if (bytes === undefined) {
            reject(error ?? new Error("nothing read"));
          } else {
            resolve(bytes);
          }
        });
      }),
    );
  }
  reader.close();
  return Buffer.concat(parts);
}

describe("a blob store", () => {
  it("gives back what was written, in parts of any size, also those that are changed after they were given", async () => {
    const store = new BlobStore({ tmpDir });
    const parts = [Buffer.alloc(1, 1), Buffer.alloc(200_000, 2), Buffer.alloc(3, 3), Buffer.alloc(131_072, 4)];
    const whole = Buffer.concat(parts);
    const stored = put(store, ...parts);
    for (const part of parts) {
      part.fill(0);
    }
    const blob = await stored;
    expect(blob.length).toBe(whole.length);
    expect((await readAll(blob)).equals(whole)).toBe(true);
    expect(store.bytes).toBe(whole.length);
    await store.close();
    expect(readdirSync(tmpDir)).toEqual([]);
  });

  it("keeps a dropped blob for those who read it, and removes it with the last of them", async () => {
    const store = new BlobStore({ tmpDir });
    const blob = await put(store, Buffer.alloc(5000, 7));
    const reader = blob.openReader();
    const other = blob.openReader();
    blob.drop();
    blob.drop();
    expect(store.bytes).toBe(0);
    other.close();
    const bytes = await new Promise<Uint8Array | undefined>((resolve) => {
      reader.next(5000, (_error, read) => resolve(read));
    });
    expect(Buffer.alloc(5000, 7).equals(bytes!)).toBe(true);
    expect(existsSync(blob.path)).toBe(true);
    reader.close();
    await store.close();
    expect(existsSync(blob.path)).toBe(false);
  });

  it("removes what is given up, whatever it was doing", async () => {
    const store = new BlobStore({ tmpDir });
    for (const bytesBefore of [0, 1, 300_000]) {
      const unexpected = (): void => {
        throw new Error("an upload that was given up is not heard of again");
      };
      const writer = store.createWriter(1_000_000, { written: unexpected, finished: unexpected, failed: unexpected });
      writer.write(Buffer.alloc(bytesBefore), 0, bytesBefore);
      writer.abort();
      writer.write(Buffer.alloc(1), 0, 1);
    }
    expect(store.bytes).toBe(0);
    expect(store.fileCount).toBe(0);
    await store.close();
    expect(readdirSync(tmpDir)).toEqual([]);
  });

  it("refuses what is over its limit, and has room again when something was dropped", async () => {
    const store = new BlobStore({ tmpDir, maxBytes: () => 1000 });
    const blob = await put(store, Buffer.alloc(600));
    await expect(put(store, Buffer.alloc(500))).rejects.toThrow(/1000 bytes in all/);
    blob.drop();
    await put(store, Buffer.alloc(500), Buffer.alloc(400));
    expect(store.bytes).toBe(900);
    await store.close();
  });

  it("says so when the disk does not take it", async () => {
    const store = new BlobStore({ tmpDir: join(tmpDir, "missing") });
    await expect(put(store, Buffer.alloc(10))).rejects.toThrow(/ENOENT/);
    expect(store.bytes).toBe(0);
    await store.close();
  });

  it("makes no folder before it needs one", async () => {
    const store = new BlobStore({ tmpDir });
    expect(readdirSync(tmpDir)).toEqual([]);
    await store.close();
  });
});

describe("leftovers", () => {
  const dayAgo = new Date(Date.now() - 25 * 3_600_000);

  /** A folder as a server leaves it that could not clean up. */
  function leave(name: string, owner: object | undefined, touchedAt?: Date): string {
    const folder = join(tmpDir, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "1.blob"), "value");
    if (owner !== undefined) {
      writeFileSync(join(folder, "owner.json"), JSON.stringify(owner));
    }
    if (touchedAt !== undefined) {
      for (const path of [join(folder, "owner.json"), folder]) {
        if (existsSync(path)) {
          utimesSync(path, touchedAt, touchedAt);
        }
      }
    }
    return folder;
  }

  it("of servers that are gone are removed, those of living ones stay", async () => {
    const here = describeOwner();
    const deadPid = spawnSync(process.execPath, ["-e", "0"]).pid;
    const dead = leave(`nws-${deadPid}-aaaaaa`, { ...here, pid: deadPid });
    const reused = leave(`nws-${process.pid}-bbbbbb`, { ...here, startedAt: "1" });
    const living = leave(`nws-${process.pid}-cccccc`, here, dayAgo);
    const parent = leave(`nws-${process.ppid}-dddddd`, { ...here, pid: process.ppid, startedAt: undefined });
    const elsewhere = leave(`nws-${deadPid}-eeeeee`, { ...here, pid: deadPid, place: "another machine" });
    const longAgo = leave(`nws-${deadPid}-ffffff`, { ...here, pid: deadPid, place: "another machine" }, dayAgo);
    const beginning = leave(`nws-${deadPid}-gggggg`, undefined);
    const notOurs = leave("nws-not-ours", { ...here, pid: deadPid });
    const store = new BlobStore({ tmpDir });
    const blob = await put(store, Buffer.alloc(10));
    const other = new BlobStore({ tmpDir });
    await other.removeLeftovers();
    expect([dead, reused, longAgo].filter((path) => existsSync(path))).toEqual([]);
    expect([living, parent, elsewhere, beginning, notOurs, blob.path].filter((path) => !existsSync(path))).toEqual([]);
    await store.close();
  });

  it("that hold anything that no server made stay with it", async () => {
    const deadPid = spawnSync(process.execPath, ["-e", "0"]).pid;
    const folder = leave(`nws-${deadPid}-aaaaaa`, { ...describeOwner(), pid: deadPid });
    writeFileSync(join(folder, "thesis.txt"), "precious");
    const warnings: string[] = [];
    const store = new BlobStore({ tmpDir, warn: (message) => warnings.push(message) });
    await store.removeLeftovers();
    expect(existsSync(join(folder, "thesis.txt"))).toBe(true);
    expect(warnings).toHaveLength(1);
  });
});
