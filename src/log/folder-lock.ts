import { randomInt } from "node:crypto";
import { open, readdir, readFile, unlink, utimes, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DiskLock } from "./disk.ts";
import { LogLockedError } from "./errors.ts";
import { describeOwner, isRunning, parseOwner } from "./owner.ts";

/** How often a holder shows that it lives, to those who cannot see its process. */
const BEAT_MS = 1_000;
/** A holder that cannot be seen and did not beat for so long is gone. */
const SILENCE_MS = 4_000;
const MOST_TRIES = 20;

const LOCK_FILE = /^lock-([1-9][0-9]{0,14})$/;

/**
 * Takes a folder for this process alone.
 *
 * A lock is a file `lock-N` that describes its process. Whoever finds only locks of processes that are gone makes the
 * file with the next number, which exactly one can; then looks again, and withdraws when there is another lock that it
 * did not know: of two who take the folder at once the later one to look sees both. So a lock that a killed process left
 * behind is no obstacle, and nobody ever deletes the lock of a process that lives. Where a process cannot be seen (another
 * container, a system that does not tell when processes started) its lock is watched for a while: a living one beats.
 */
export async function lockFolder(folder: string, notes: string[], silenceMs = SILENCE_MS): Promise<DiskLock> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const left = await numbersIn(folder);
    for (const number of left) {
      await mustBeGone(folder, number, notes, silenceMs);
    }
    const mine = Math.max(0, ...left) + 1;
    if (await makeLock(folder, mine)) {
      if ((await numbersIn(folder)).every((number) => number === mine || left.includes(number))) {
        for (const number of left) {
          await removeLock(folder, number);
        }
        return new HeldLock(folder, mine);
      }
      await removeLock(folder, mine);
    }
    await pause(randomInt(5, 50));
  }
  throw new LogLockedError(folder, undefined, " (several are trying to take it)");
}

class HeldLock implements DiskLock {
  readonly #folder: string;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #number: number;
  #isLost = false;
  #isBeating = false;

  constructor(folder: string, number: number) {
    this.#folder = folder;
    this.#number = number;
    this.#path = join(folder, nameOf(number));
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS).unref();
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (!this.#isLost) {
      await removeLock(this.#folder, this.#number);
    }
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) {
      return; // A disk that does not answer: no more of Node's few threads for it.
    }
    this.#isBeating = true;
    try {
      const now = new Date();
      await utimes(this.#path, now, now);
    } catch (error) {
      // Only somebody who took this process for gone removes its lock.
      this.#isLost ||= (error as NodeJS.ErrnoException).code === "ENOENT";
    } finally {
      this.#isBeating = false;
    }
  }
}

async function mustBeGone(folder: string, number: number, notes: string[], silenceMs: number): Promise<void> {
  const path = join(folder, nameOf(number));
  const before = await lookAt(path);
  if (before === undefined) {
    return;
  }
  const owner = parseOwner(before.text);
  const running = owner === undefined ? undefined : isRunning(owner);
  if (running === true) {
    throw new LogLockedError(folder, owner?.pid);
  }
  if (running === undefined) {
    await pause(silenceMs);
    const after = await lookAt(path);
    if (after !== undefined && (after.text !== before.text || after.touchedAtMs !== before.touchedAtMs)) {
      throw new LogLockedError(
        folder,
        parseOwner(after.text)?.pid,
        ", perhaps in another container or on another machine",
      );
    }
    notes.push(`${path} was left behind by a process that shows no sign of life; it was removed`);
  }
}

async function lookAt(path: string): Promise<{ text: string; touchedAtMs: number } | undefined> {
  try {
    return { touchedAtMs: (await stat(path)).mtimeMs, text: await readFile(path, "utf8") };
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

async function makeLock(folder: string, number: number): Promise<boolean> {
  try {
    const file = await open(join(folder, nameOf(number)), "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify(describeOwner()));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
      // A full disk must not keep a server from its data; the file is there, and an empty one still keeps others out.
      return true;
    }
    throw error;
  }
}

async function removeLock(folder: string, number: number): Promise<void> {
  await unlink(join(folder, nameOf(number))).catch(ignoreMissing);
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const digits = LOCK_FILE.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function nameOf(number: number): string {
  return `lock-${number}`;
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
    throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
