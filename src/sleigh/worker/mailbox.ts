import { VariableDeletedError } from "../../client/index.ts";
import { type Mail, Variables } from "../messages.ts";
import type { Link } from "./link.ts";

/** So many fetches wait at the server at a time. */
const AHEAD = 4;

export interface MailboxEvents {
  /** Called for each message, in order. */
  readonly arrived: (mail: Mail) => void;
  /** No more mail can come: the workspace is gone, or the server. */
  readonly ended: (error: unknown) => void;
}

/** The messages for this one worker, in the order that the master stored them. */
export class Mailbox {
  readonly #link: Link;
  readonly #variable: string;
  readonly #events: MailboxEvents;
  #received = 0;
  #isOver = false;

  constructor(link: Link, events: MailboxEvents) {
    this.#link = link;
    this.#variable = Variables.mail(link.token);
    this.#events = events;
  }

  start(): void {
    for (let i = 0; i < AHEAD; i++) {
      void this.#keepReading();
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  /** To be taken before a request that may bring work; see `hasAllBefore`. */
  mark(): number {
    return this.#received;
  }

  /**
   * Whether all mail that was stored before the answer to a request has come, where `mark` was taken before the request: as long as one of
   * our fetches waited at the server all the time, mail could not stay behind. Otherwise `catchUp` looks.
   */
  hasAllBefore(mark: number): boolean {
    return this.#received - mark < AHEAD;
  }

  /** Resolves when all mail that is there has arrived. */
  async catchUp(): Promise<void> {
    for (;;) {
      const sealed = await this.#link.ws.fetchTryMany<Uint8Array>(this.#variable);
      if (sealed.length === 0) {
        return;
      }
      sealed.forEach((each) => this.#receive(each));
    }
  }

  async #keepReading(): Promise<void> {
    try {
      while (!this.#isOver) {
        const sealed = await this.#link.ws.fetchMany<Uint8Array>(this.#variable, { max: 64 });
        sealed.forEach((each) => this.#receive(each));
      }
    } catch (error) {
      if (error instanceof VariableDeletedError) {
        this.#link.wasDeleted = true;
        // With its workspace, as the next fetch will tell; or somebody deleted just the mail.
        await this.#keepReading();
      } else if (!this.#isOver) {
        this.#isOver = true;
        this.#events.ended(error);
      }
    }
  }

  #receive(sealed: unknown): void {
    this.#received++;
    let mail: Mail;
    try {
      mail = this.#link.sealer.open<Mail>(this.#variable, sealed);
    } catch (error) {
      void this.#link.trouble(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#events.arrived(mail);
  }
}
