import type {
  FailureCode,
  FileValue,
  LimitOptions,
  Receiver,
  Session,
  Space,
  StoreOptions,
  ValueView,
} from "../space/index.ts";

/** What a request that does not wait has come to. */
type Outcome =
  | { readonly kind: "done" | "none" }
  | { readonly kind: "value"; readonly value: TakenValue; readonly booking: number }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string };

/** A value that was taken; its file, if it has one, is the taker's to read until it is confirmed. */
export interface TakenValue {
  readonly index: number;
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly file: FileValue | undefined;
}

/** The space refused a request. */
export class DoorError extends Error {
  override readonly name = "DoorError";
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** How waiting ends in the course of things. */
const OVER = new Set<FailureCode>(["timed_out", "cancelled", "variable_deleted"]);

/** A store that finds no room fails. */
const AT_ONCE: StoreOptions = { ttlMs: undefined, wait: false };

/** Requests that do not wait have this number, one at a time; those that wait have greater ones. */
const REQUEST = 0;

/**
 * A session of the server's own process: for the web interface, which so has no rights and no ways that other clients have not. It uses
 * workspaces and never owns any. Every method throws a DoorError with what the space refuses.
 */
export class Door implements Receiver {
  readonly #space: Space;
  readonly #session: Session;
  #outcome: Outcome | undefined;
  readonly #waits = new Map<number, (outcome: Outcome) => void>();
  #lastWait = REQUEST;

  /** `sees`: see `SessionOptions`. */
  constructor(space: Space, peer: string, sees?: (workspace: string) => boolean) {
    this.#space = space;
    this.#session = space.join(this, peer, { sees });
  }

  /** Makes a workspace that nobody owns, unless it is there. */
  create(workspace: string): void {
    this.#ask(() =>
      this.#space.open(this.#session, REQUEST, workspace, { own: false, persistent: false, create: true, label: "" }),
    );
    this.#ask(() => this.#space.leave(this.#session, REQUEST, workspace));
  }

  deleteWs(workspace: string): void {
    this.#in(workspace, () => this.#ask(() => this.#space.deleteWs(this.#session, REQUEST, workspace)));
  }

  declare(workspace: string, variable: string, mode: string, limits: LimitOptions): void {
    this.#in(workspace, () =>
      this.#ask(() => this.#space.declare(this.#session, REQUEST, workspace, variable, mode, limits)),
    );
  }

  deleteVar(workspace: string, variable: string): void {
    this.#in(workspace, () => this.#ask(() => this.#space.deleteVar(this.#session, REQUEST, workspace, variable)));
  }

  store(workspace: string, variable: string, descriptor: number, bytes: Uint8Array): void {
    this.#in(workspace, () =>
      this.#ask(() =>
        this.#space.store(this.#session, REQUEST, workspace, variable, descriptor, bytes, 0, bytes.length, AT_ONCE),
      ),
    );
  }

  /**
   * Takes a value for good, or `undefined` when there is none. `check` throws when it does not want the value: then that is back in its
   * place, and the error goes on.
   */
  take(workspace: string, variable: string, check?: (value: TakenValue) => void): TakenValue | undefined {
    const how = { take: true, wait: false, iterate: false, lease: false, most: 1, after: undefined };
    return this.#in(workspace, () => {
      const outcome = this.#ask(() => this.#space.read(this.#session, REQUEST, workspace, variable, how));
      if (outcome.kind !== "value") {
        return undefined;
      }
      const { value, booking } = outcome;
      try {
        check?.(value);
      } catch (error) {
        this.#ask(() => this.#space.release(this.#session, REQUEST, "booking", booking));
        throw error;
      }
      this.#space.confirm(this.#session, booking);
      return value;
    });
  }

  /** Takes a value for good, when there is one; `undefined` when there was none in so long, or the variable is deleted. */
  async takeWithin(ms: number, workspace: string, variable: string): Promise<TakenValue | undefined> {
    const request = (this.#lastWait += 1);
    const how = { take: true, wait: true, iterate: false, lease: false, most: 1, after: undefined };
    this.#enter(workspace);
    const answer = new Promise<Outcome>((resolve) => this.#waits.set(request, resolve));
    this.#space.read(this.#session, request, workspace, variable, how);
    const timer = setTimeout(() => this.#space.cancel(this.#session, request, "timed_out"), ms);
    const outcome = await answer;
    clearTimeout(timer);
    if (outcome.kind === "failed" && !OVER.has(outcome.code)) {
      throw new DoorError(outcome.code, outcome.message);
    }
    if (outcome.kind !== "value") {
      return undefined;
    }
    this.#space.confirm(this.#session, outcome.booking);
    return outcome.value;
  }

  /** Ends the session. */
  close(): void {
    this.#space.end(this.#session);
    for (const settle of [...this.#waits.values()]) {
      settle({ kind: "none" });
    }
    this.#waits.clear();
  }

  // From the space

  done(request: number): void {
    this.#settle(request, { kind: "done" });
  }

  none(request: number): void {
    this.#settle(request, { kind: "none" });
  }

  failed(request: number, code: FailureCode, message: string): void {
    this.#settle(request, { kind: "failed", code, message });
  }

  value(request: number, { index, descriptor, bytes, start, end, file }: ValueView, booking: number): void {
    const value = { index, descriptor, bytes: bytes.slice(start, end), file };
    this.#settle(request, { kind: "value", value, booking });
  }

  text(request: number): void {
    this.#settle(request, { kind: "done" });
  }

  // Inside

  #settle(request: number, outcome: Outcome): void {
    if (request === REQUEST) {
      this.#outcome = outcome;
    } else {
      this.#waits.get(request)?.(outcome);
      this.#waits.delete(request);
    }
  }

  /** Does something in a workspace, which must be there, and leaves it again unless somebody waits there. */
  #in<T>(workspace: string, act: () => T): T {
    this.#enter(workspace);
    try {
      return act();
    } finally {
      if (this.#waits.size === 0) {
        this.#ask(() => this.#space.leave(this.#session, REQUEST, workspace));
      }
    }
  }

  #enter(workspace: string): void {
    this.#ask(() =>
      this.#space.open(this.#session, REQUEST, workspace, { own: false, persistent: false, create: false, label: "" }),
    );
  }

  #ask(act: () => void): Outcome {
    this.#outcome = undefined;
    act();
    // (The space answers what does not wait during the call; the compiler cannot see that.)
    const outcome = this.#outcome as Outcome | undefined;
    if (outcome === undefined) {
      throw new Error("a request of the door got no answer");
    }
    if (outcome.kind === "failed") {
      throw new DoorError(outcome.code, outcome.message);
    }
    return outcome;
  }
}
