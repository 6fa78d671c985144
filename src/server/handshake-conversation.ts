import { ServerHandshake, type ServerHandshakeOutcome } from "../wire/handshake.ts";
import type { Dictionary } from "../wire/dictionary.ts";
import type { Connection } from "./connection.ts";
import { BriefConversation, type Conversation } from "./conversation.ts";
import type { Deadline, Deadlines, DeadlineTarget } from "./deadlines.ts";

/** A connection that has not finished its handshake after so long is dropped. */
const HANDSHAKE_MS = 60_000;

type Agreement = Exclude<ServerHandshakeOutcome, { mode: "refused" }>;

/** The beginning of every connection: agrees on the protocol, then hands over to a conversation in it; `begin` may have closed it instead. */
export class HandshakeConversation extends BriefConversation implements DeadlineTarget {
  readonly #connection: Connection;
  readonly #handshake: ServerHandshake;
  readonly #begin: (agreement: Agreement) => Conversation | undefined;
  readonly #deadlines: Deadlines;
  readonly #deadline: Deadline;

  constructor(
    connection: Connection,
    offer: Dictionary,
    deadlines: Deadlines,
    begin: (agreement: Agreement) => Conversation | undefined,
  ) {
    super();
    this.#connection = connection;
    this.#handshake = new ServerHandshake(offer);
    this.#begin = begin;
    this.#deadlines = deadlines;
    this.#deadline = deadlines.add(HANDSHAKE_MS, this, 0);
  }

  receive(chunk: Uint8Array): void {
    const { write, outcome, rest } = this.#handshake.push(chunk);
    this.#connection.out.copy(write);
    if (outcome === undefined) {
      return;
    }
    this.#deadlines.cancel(this.#deadline);
    if (outcome.mode === "refused") {
      this.#connection.close();
      return;
    }
    const session = this.#begin(outcome);
    if (session === undefined) {
      return;
    }
    this.#connection.conversation = session;
    if (rest.length > 0) {
      session.receive(rest);
    }
  }

  inputEnded(): void {
    this.#connection.close();
  }

  expire(): void {
    this.#connection.drop("no handshake");
  }

  override end(): void {
    this.#deadlines.cancel(this.#deadline);
  }
}
