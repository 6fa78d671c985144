import { ServerHandshake, type ServerHandshakeOutcome } from "../wire/handshake.ts";
import type { Dictionary } from "../wire/dictionary.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import type { Connection } from "./connection.ts";
import { BriefConversation, type Conversation } from "./conversation.ts";
import type { Deadline, Deadlines, DeadlineTarget } from "./deadlines.ts";

/** A connection that has not finished its handshake after so long is dropped. */
const HANDSHAKE_MS = 60_000;

export type Agreement = Exclude<ServerHandshakeOutcome, { mode: "refused" }>;

/** The beginning of every connection: agrees on the protocol, then hands over to a conversation in it; `begin` may have closed it instead, or have taken its socket and the `rest` that came. */
export class HandshakeConversation extends BriefConversation implements DeadlineTarget {
  readonly #connection: Connection;
  readonly #handshake: ServerHandshake;
  readonly #begin: (agreement: Agreement, rest: Uint8Array) => Conversation | undefined;
  readonly #deadlines: Deadlines;
  readonly #deadline: Deadline;

  constructor(
    connection: Connection,
    offer: Dictionary,
    deadlines: Deadlines,
    begin: (agreement: Agreement, rest: Uint8Array) => Conversation | undefined,
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
      throw new ProtocolFault(outcome.reason);
    }
    const session = this.#begin(outcome, rest);
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
