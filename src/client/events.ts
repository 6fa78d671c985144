import type { NwsError } from "./errors.ts";

/** What a session tells the program about its connection. */
export interface ServerEvents {
  /** The connection broke; the client tries to get it back, and everything waits. */
  readonly disconnected: { readonly reason: string };
  /** It is back, and nothing was lost. */
  readonly reconnected: { readonly awayMs: number };
  /** The session is lost, and what it owned and waited for: every operation is rejected, now and from now on, with this error. */
  readonly lost: NwsError;
}

/** The name of an event of a session's. */
export type ServerEvent = keyof ServerEvents;
/** Called with what an event has to tell. What it throws is dropped. */
export type Listener<Name extends ServerEvent> = (event: ServerEvents[Name]) => void;

/** Who listens to what. A listener that throws disturbs nobody: what it throws is dropped. */
export class Listeners {
  readonly #listeners: { readonly [Name in ServerEvent]: Set<Listener<Name>> } = {
    disconnected: new Set(),
    reconnected: new Set(),
    lost: new Set(),
  };

  add<Name extends ServerEvent>(name: Name, listener: Listener<Name>): void {
    this.#listeners[name].add(listener);
  }

  remove<Name extends ServerEvent>(name: Name, listener: Listener<Name>): void {
    this.#listeners[name].delete(listener);
  }

  /** Calls the listeners, those of before the call. */
  emit<Name extends ServerEvent>(name: Name, event: ServerEvents[Name]): void {
    for (const listener of [...this.#listeners[name]]) {
      try {
        listener(event);
      } catch {
        // It is the program's own business, and not that of the operations.
      }
    }
  }
}
