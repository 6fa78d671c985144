import { randomBytes } from "node:crypto";
import type { Space } from "../space/index.ts";
import { Door, DoorError } from "./door.ts";

/** Why a server should not be sent clients now. */
export type Unready =
  | "starting" // what is kept has not been read yet
  | "draining" // it lets its clients finish and takes no new ones
  | "stopping"
  | "disk_full" // nothing can be stored in persistent workspaces
  | "log_failed" // nothing more can be kept until the server is started again
  | "waiting_not_served"; // a program that waits for a value would not get it

/** So long the value may take that the server stores for itself. */
const SERVED_MS = 1000;

/** Failures that say that there is no room, not that something is wrong: who has room to make must be let in. */
const FULL = new Set<string>([
  "memory_full",
  "too_many_waiting",
  "too_many_workspaces",
  "too_many_variables",
  "quota_exceeded",
]);

const VALUE = new TextEncoder().encode("ready?");
const TEXT = 1;

/** Whether a server is ready: anything about it that may say why not. */
export class Readiness {
  readonly #checks: (() => Unready | undefined | Promise<Unready | undefined>)[] = [];
  #asking: Promise<readonly Unready[]> | undefined;

  /** Asks this, too, whenever somebody wants to know. */
  add(check: () => Unready | undefined | Promise<Unready | undefined>): void {
    this.#checks.push(check);
  }

  /** Why it is not ready; empty: it is. Who asks while others do gets the same answer. Never rejects. */
  reasons(): Promise<readonly Unready[]> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<readonly Unready[]> {
    const reasons: Unready[] = [];
    for (const check of this.#checks) {
      const reason = await check();
      if (reason !== undefined) {
        reasons.push(reason);
      }
    }
    return reasons;
  }
}

/**
 * Has a session of the server's own wait for a value and another one store it, in a workspace that is there only meanwhile. This is what
 * programs do all day; a server may answer everything else and fail to do it.
 */
export async function isWaitingServed(space: Space, withinMs = SERVED_MS): Promise<boolean> {
  const workspace = `__readiness ${randomBytes(6).toString("hex")}`;
  const storer = new Door(space, "readiness");
  const fetcher = new Door(space, "readiness");
  try {
    storer.create(workspace);
    const arrival = fetcher.takeWithin(withinMs, workspace, "x");
    // (It is waited for below; when that does not come about, nobody else is to hear of it.)
    arrival.catch(() => undefined);
    storer.store(workspace, "x", TEXT, VALUE);
    const value = await arrival;
    return value?.bytes.length === VALUE.length;
  } catch (error) {
    return error instanceof DoorError && FULL.has(error.code);
  } finally {
    fetcher.close();
    try {
      storer.deleteWs(workspace);
    } catch {
      // It was never made.
    }
    storer.close();
  }
}
