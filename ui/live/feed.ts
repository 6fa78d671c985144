import type { FeedMessage, WatchRequest } from "../../src/web/api.ts";

/** One connection to `/api/feed`, as the feed needs it; the browser's WebSocket behind it, or a test. */
export interface FeedSocket {
  send(text: string): void;
  close(): void;
}

export interface FeedSocketEvents {
  onOpen(): void;
  onMessage(text: string): void;
  /** Also when it could not be opened. Not after `close`. `code`: as the WebSocket has it. */
  onClose(code?: number): void;
}

export interface FeedOptions {
  readonly connect: (events: FeedSocketEvents) => FeedSocket;
  /** Calls back later; returns what takes that back. */
  readonly later: (callback: () => void, ms: number) => () => void;
  /** 0 to 1: pages that lost one server must not all come back at the same moment. */
  readonly random: () => number;
  /** Called whenever the connection broke, or could not be opened. */
  readonly onLost?: (code: number | undefined) => void;
}

/** `paused`: the page is out of sight. `lost`: the connection broke, and is tried again by itself. */
export type FeedState = "connecting" | "live" | "lost" | "paused";

/** What a watch is told. */
export type OnAnswer = (status: number, body: unknown) => void;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * All that the pages watch, over one connection. A watch outlives connections: each new one begins by watching
 * everything again, and the server answers every watch at once, so nothing can be missed.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #watches = new Map<number, { readonly path: string; readonly onAnswer: OnAnswer }>();
  readonly #listeners = new Set<() => void>();
  #state: FeedState = "connecting";
  #lastWatch = 0;
  #failedAttempts = 0;
  #isClosed = false;
  #socket: FeedSocket | undefined;
  #forgetRetry: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#connect();
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Calls `listener` at each change of `state`, until the function that comes back is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Watches the answer of a GET; the function that comes back ends that. */
  watch(path: string, onAnswer: OnAnswer): () => void {
    const watch = ++this.#lastWatch;
    this.#watches.set(watch, { path, onAnswer });
    this.#send({ watch, path });
    return () => {
      if (this.#watches.delete(watch)) {
        this.#send({ unwatch: watch });
      }
    };
  }

  /** A page out of sight costs the server nothing: it has no connection. */
  setVisible(isVisible: boolean): void {
    if (isVisible) {
      this.retry();
    } else {
      this.#disconnect();
      this.#become("paused");
    }
  }

  /** Ends for good. */
  close(): void {
    this.#isClosed = true;
    this.#disconnect();
    this.#become("paused");
  }

  /** Tries again at once, if there is no connection: the page is seen again, the network is back, or somebody asked. */
  retry(): void {
    if (this.#socket === undefined && !this.#isClosed) {
      this.#disconnect();
      this.#connect();
    }
  }

  #connect(): void {
    this.#become(this.#failedAttempts === 0 ? "connecting" : "lost");
    const socket = this.#options.connect({
      onOpen: () => this.#opened(),
      onMessage: (text) => this.#received(JSON.parse(text) as FeedMessage),
      onClose: (code) => {
        if (this.#socket === socket) {
          this.#lost();
          this.#options.onLost?.(code);
        }
      },
    });
    this.#socket = socket;
  }

  #opened(): void {
    this.#failedAttempts = 0;
    this.#become("live");
    for (const [watch, { path }] of this.#watches) {
      this.#send({ watch, path });
    }
  }

  #received({ watch, status, body }: FeedMessage): void {
    // Not found: what was on its way when the watch ended.
    this.#watches.get(watch)?.onAnswer(status, body);
  }

  #lost(): void {
    this.#socket = undefined;
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.#failedAttempts++, LONGEST_DELAY_MS);
    this.#become("lost");
    this.#forgetRetry = this.#options.later(() => this.#connect(), longest * (0.5 + this.#options.random() / 2));
  }

  #disconnect(): void {
    this.#forgetRetry?.();
    this.#forgetRetry = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  /** Before the connection is open nothing is sent: `#opened` sends all watches. */
  #send(request: WatchRequest): void {
    if (this.#state === "live") {
      this.#socket?.send(JSON.stringify(request));
    }
  }

  #become(state: FeedState): void {
    if (this.#state !== state) {
      this.#state = state;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}
