import type { WebSocket } from "ws";
import type { WatchRequest } from "./api.ts";

/** Not more often than this is looked whether something has changed. */
const TICK_MS = 250;
/** To look takes at most this part of the time. */
const MOST_SHARE = 1 / 100;
/** But so often it is looked, though others keep this process from it. */
const LONGEST_MS = 2000;
/** Who has not taken so much is sent nothing for now. */
const MOST_UNSENT_BYTES = 1_048_576;
const MOST_WATCHES = 100;
/** The longest names, each byte written as three characters, and a search. */
const MOST_PATH_CHARS = 12_288;

/** Answers a GET. */
export type Answer = (path: string) => Promise<{ readonly statusCode: number; readonly payload: string }>;

interface Watcher {
  readonly socket: WebSocket;
  readonly watch: number;
  /** What it was sent last. */
  sent: string;
}

/** Sends pages the answers of GETs whenever they change. Each is asked for once, however many pages watch it. */
export class Feed {
  readonly #answer: Answer;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** Serves a page from now on. */
  add(socket: WebSocket): void {
    const watches = new Map<number, { readonly path: string; readonly watcher: Watcher }>();
    const remove = (watch: number): void => {
      const known = watches.get(watch);
      if (known !== undefined) {
        watches.delete(watch);
        const watchers = this.#watchers.get(known.path);
        watchers?.delete(known.watcher);
        if (watchers?.size === 0) {
          this.#watchers.delete(known.path);
        }
      }
    };
    socket.on("message", (data) => {
      const request = parse(data);
      if (request === undefined) {
        socket.close(1008, "not a request to watch or unwatch something");
      } else if ("unwatch" in request) {
        remove(request.unwatch);
      } else if (watches.size >= MOST_WATCHES) {
        socket.close(1008, `more than ${MOST_WATCHES} watches`);
      } else {
        const { watch, path } = request;
        remove(watch);
        const watcher: Watcher = { socket, watch, sent: "" };
        watches.set(watch, { path, watcher });
        const watchers = this.#watchers.get(path);
        if (watchers === undefined) {
          this.#watchers.set(path, new Set([watcher]));
        } else {
          watchers.add(watcher);
        }
        void this.#lookAt(path);
        this.#goOn(TICK_MS);
      }
    });
    socket.on("close", () => {
      for (const watch of [...watches.keys()]) {
        remove(watch);
      }
    });
    socket.on("error", () => socket.terminate());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }

  #goOn(ms: number): void {
    if (this.#timer === undefined && !this.#isLooking && !this.#isClosed && this.#watchers.size > 0) {
      this.#timer = setTimeout(() => void this.#look(), ms).unref();
    }
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#isLooking = true;
    const startedAt = performance.now();
    for (const path of [...this.#watchers.keys()]) {
      await this.#lookAt(path);
    }
    this.#isLooking = false;
    const tookMs = performance.now() - startedAt;
    this.#goOn(Math.max(TICK_MS, Math.min(tookMs / MOST_SHARE, LONGEST_MS)));
  }

  async #lookAt(path: string): Promise<void> {
    const { statusCode, payload } = await this.#answer(path);
    const message = `"status":${statusCode},"body":${payload}}`;
    for (const watcher of this.#watchers.get(path) ?? []) {
      const { socket, watch } = watcher;
      if (watcher.sent !== message && socket.readyState === socket.OPEN && socket.bufferedAmount < MOST_UNSENT_BYTES) {
        watcher.sent = message;
        socket.send(`{"watch":${watch},${message}`);
      }
    }
  }
}

function parse(data: unknown): WatchRequest | undefined {
  let message: unknown;
  try {
    message = JSON.parse(String(data));
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) {
    return undefined;
  }
  const { watch, path, unwatch } = message as Readonly<Record<string, unknown>>;
  if (Number.isSafeInteger(unwatch)) {
    return { unwatch: unwatch as number };
  }
  const isGood =
    Number.isSafeInteger(watch) &&
    typeof path === "string" &&
    path.length <= MOST_PATH_CHARS &&
    path.startsWith("/api/") &&
    !/\/values\/[^/?]+$/.test(path.split("?")[0]!);
  return isGood ? { watch: watch as number, path } : undefined;
}
