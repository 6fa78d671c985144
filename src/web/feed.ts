import type { WebSocket } from "ws";
import { LOGIN_ENDED, type WatchRequest } from "./api.ts";

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

/** `V`: who looks. */
export interface FeedOptions<V> {
  /** Answers a GET of somebody. */
  readonly answer: (path: string, viewer: V) => Promise<{ readonly statusCode: number; readonly payload: string }>;
  /** Those of the same key are answered the same. */
  readonly keyOf: (viewer: V) => string;
  /** Whether somebody may still look. */
  readonly isStillHere: (viewer: V) => boolean;
}

interface Watcher<V> {
  readonly socket: WebSocket;
  readonly viewer: V;
  readonly watch: number;
  /** What it was sent last. */
  sent: string;
}

/** What some watch who are answered the same. */
interface Watched<V> {
  readonly path: string;
  readonly watchers: Set<Watcher<V>>;
}

/** Sends pages the answers of GETs whenever they change. Each is asked for once, however many pages watch it on behalf of the same one. */
export class Feed<V> {
  readonly #options: FeedOptions<V>;
  readonly #watched = new Map<string, Watched<V>>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(options: FeedOptions<V>) {
    this.#options = options;
  }

  /** Serves a page from now on, until the viewer is not here any more: then it is closed with `LOGIN_ENDED`. */
  add(socket: WebSocket, viewer: V): void {
    const who = this.#options.keyOf(viewer);
    const watches = new Map<number, { readonly key: string; readonly watcher: Watcher<V> }>();
    const remove = (watch: number): void => {
      const known = watches.get(watch);
      if (known !== undefined) {
        watches.delete(watch);
        const watchers = this.#watched.get(known.key)?.watchers;
        watchers?.delete(known.watcher);
        if (watchers?.size === 0) {
          this.#watched.delete(known.key);
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
        const watcher: Watcher<V> = { socket, viewer, watch, sent: "" };
        const key = `${who} ${path}`;
        watches.set(watch, { key, watcher });
        const watched = this.#watched.get(key) ?? { path, watchers: new Set() };
        watched.watchers.add(watcher);
        this.#watched.set(key, watched);
        void this.#lookAt(watched);
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
    this.#watched.clear();
  }

  #goOn(ms: number): void {
    if (this.#timer === undefined && !this.#isLooking && !this.#isClosed && this.#watched.size > 0) {
      this.#timer = setTimeout(() => void this.#look(), ms).unref();
    }
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#isLooking = true;
    const startedAt = performance.now();
    for (const watched of [...this.#watched.values()]) {
      await this.#lookAt(watched);
    }
    this.#isLooking = false;
    const tookMs = performance.now() - startedAt;
    this.#goOn(Math.max(TICK_MS, Math.min(tookMs / MOST_SHARE, LONGEST_MS)));
  }

  async #lookAt({ path, watchers }: Watched<V>): Promise<void> {
    const { answer, isStillHere } = this.#options;
    const first = [...watchers].find(({ viewer }) => isStillHere(viewer));
    const { statusCode, payload } = first === undefined ? nothing : await answer(path, first.viewer);
    const message = `"status":${statusCode},"body":${payload}}`;
    for (const watcher of watchers) {
      const { socket, viewer, watch } = watcher;
      if (!isStillHere(viewer)) {
        endLogin(socket);
      } else if (
        watcher.sent !== message &&
        socket.readyState === socket.OPEN &&
        socket.bufferedAmount < MOST_UNSENT_BYTES
      ) {
        watcher.sent = message;
        socket.send(`{"watch":${watch},${message}`);
      }
    }
  }
}

const nothing = { statusCode: 401, payload: "null" };

/** Says to a page that its login has ended, and hangs up. */
export function endLogin(socket: WebSocket): void {
  socket.close(LOGIN_ENDED, "the login has ended");
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
    path !== "/api/me" &&
    !/\/values\/[^/?]+$/.test(path.split("?")[0]!);
  return isGood ? { watch: watch as number, path } : undefined;
}
