import type { ClientView } from "./client-view.ts";

/**
 * Who speaks on a connection: the handshake, then a session of either protocol. The connection calls these; what is to be
 * said goes into `connection.out`.
 */
export interface Conversation {
  /** Who speaks, once it is a client. */
  readonly client?: ClientView;
  /** Received bytes, valid only during the call. May throw ProtocolFault. */
  receive(chunk: Uint8Array): void;
  /** The other side will send no more; it may still listen. */
  inputEnded(): void;
  /** Requests may be answered again after `connection.isHeldUp` was true. May throw ProtocolFault. */
  resumed(): void;
  /** Right before each flush: the place for what is sent only as fast as it is taken (large values). Must not throw. */
  fill(): void;
  /** All that was said up to here is about to be given to the socket. Returns a number for "up to here". Must not throw. */
  flushing(): number;
  /** The kernel has taken all that was given to the socket: up to `said`, as the last `flushing` before it was given had it. Must not throw. */
  sent(said: number): void;
  /** The connection closes: no more requests, waits are over; what was said is still being sent. */
  halt(): void;
  /** The server stops: like `halt`, but those who wait are told. The connection is closed next. */
  shutDown(): void;
  /** The connection is gone. */
  end(): void;
}

/** A conversation that says what it has to say at once, and in which nobody waits. */
export abstract class BriefConversation implements Conversation {
  abstract receive(chunk: Uint8Array): void;
  abstract inputEnded(): void;

  resumed(): void {
    // It is never that far behind.
  }

  fill(): void {
    // Nothing is sent later.
  }

  flushing(): number {
    return 0; // Nobody asks what was sent.
  }

  sent(): void {
    // As above.
  }

  halt(): void {
    // Nobody waits.
  }

  shutDown(): void {
    // As above.
  }

  end(): void {
    // Nothing is kept.
  }
}
