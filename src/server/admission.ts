import type { Connection } from "./connection.ts";
import { BriefConversation, type Conversation } from "./conversation.ts";
import { GrowingBytes } from "../wire/growing-bytes.ts";

/** The most that may be read before the connection is held. */
const MOST_BYTES = 1_048_576;

/**
 * What a connection does while somebody is asked who is at its other end: nothing is read, and what was read already is kept. `goOn` gets
 * both; it gives the connection another conversation, or closes it. `interrupted`: the conversation that goes on then, and ends if the
 * connection does before. `answer` never rejects.
 */
export class Admission<T> extends BriefConversation {
  readonly #held = new GrowingBytes();
  readonly #interrupted: Conversation | undefined;
  #isInputOver = false;

  constructor(
    connection: Connection,
    interrupted: Conversation | undefined,
    answer: Promise<T>,
    goOn: (answer: T, held: Uint8Array) => void,
  ) {
    super();
    this.#interrupted = interrupted;
    connection.hold(true);
    void answer.then((found) => {
      connection.attempt("admission", () => {
        if (!connection.isOpen) {
          return;
        }
        connection.hold(false);
        const { bytes, length } = this.#held;
        goOn(found, bytes.subarray(0, length));
        if (this.#isInputOver) {
          connection.inputEnded();
        }
      });
    });
  }

  receive(chunk: Uint8Array): void {
    this.#held.add(chunk, 0, chunk.length, MOST_BYTES);
  }

  inputEnded(): void {
    this.#isInputOver = true;
  }

  override end(): void {
    this.#interrupted?.end();
  }
}
