import type { Principal } from "./access/principal.ts";
import type { Connection } from "./connection.ts";
import { BriefConversation } from "./conversation.ts";
import { GrowingBytes } from "../wire/growing-bytes.ts";

/** The most that may be read before the connection is held. */
const MOST_BYTES = 1_048_576;

/**
 * What a connection does while the system is asked who is at its other end: nothing is read, and what was read already is kept. `goOn` gets
 * both; it gives the connection another conversation, or closes it.
 */
export class Admission extends BriefConversation {
  readonly #held = new GrowingBytes();
  #isInputOver = false;

  constructor(
    connection: Connection,
    who: Promise<Principal | undefined>,
    goOn: (principal: Principal | undefined, held: Uint8Array) => void,
  ) {
    super();
    connection.hold(true);
    void who.then((principal) => {
      connection.attempt("admission", () => {
        if (!connection.isOpen) {
          return;
        }
        connection.hold(false);
        const { bytes, length } = this.#held;
        goOn(principal, bytes.subarray(0, length));
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
}
