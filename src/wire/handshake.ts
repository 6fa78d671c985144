import { ByteWriter } from "./byte-writer.ts";
import { latin1 } from "./bytes.ts";
import { DictionaryReader, writeDictionary, type Dictionary } from "./dictionary.ts";
import { ANY, ASKED, Option } from "./options.ts";
import { ProtocolFault } from "./protocol-fault.ts";

// Every connection, of either protocol, begins with this exchange (docs/protocol.md). Both sides are here as machines
// that are fed the bytes that arrive and say what to send; the socket is somebody else's.

/** What follows from the bytes of one `push`. */
export interface HandshakeStep<Outcome> {
  /** To be sent now; may be empty. */
  readonly write: Uint8Array;
  /** `undefined` while the handshake goes on. */
  readonly outcome: Outcome | undefined;
  /** With an outcome other than `refused`: the bytes behind the handshake, for what follows. A view into the chunk. */
  readonly rest: Uint8Array;
}

export type ServerHandshakeOutcome =
  | {
      readonly mode: "classic";
      /** Long replies carry a cookie. */
      readonly cookie: boolean;
      /** Every request is preceded by a dictionary. */
      readonly metadataIn: boolean;
      /** Every reply is preceded by a dictionary. */
      readonly metadataOut: boolean;
      /** The server stops when this connection ends. */
      readonly killOnClose: boolean;
      /** Both sides start TLS now: what follows is its. */
      readonly startTls: boolean;
    }
  | { readonly mode: "multiplexed" }
  /** Send what is to be written (maybe nothing) and close. */
  | { readonly mode: "refused"; readonly reason: string };

export type ClientHandshakeOutcome =
  | { readonly mode: "multiplexed"; readonly offer: Dictionary }
  /** A NetWorkSpaces server that does not know the multiplexed protocol. */
  | { readonly mode: "old_server"; readonly reason: string }
  /** A server that refuses, or something else than a NetWorkSpaces server. */
  | { readonly mode: "refused"; readonly reason: string };

const TAG_BYTES = 4;
/** How a TLS client begins. */
const TLS_RECORD = "\x16\x03";
const NOTHING = new Uint8Array(0);

/**
 * What both sides have in common: tags (four bytes) and dictionaries out of bytes that come in pieces.
 */
abstract class Handshake<Outcome extends { readonly mode: string }> {
  protected readonly out = new ByteWriter(256);
  readonly #dictionary = new DictionaryReader();
  #tag = "";
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  #isOver = false;

  /** Takes the next bytes of the other side. Not to be called again once there was an outcome. */
  push(chunk: Uint8Array): HandshakeStep<Outcome> {
    if (this.#isOver) {
      throw new ProtocolFault("the handshake is over");
    }
    this.#chunk = chunk;
    this.#at = 0;
    const outcome = this.#run();
    this.#isOver = outcome !== undefined;
    this.#chunk = NOTHING;
    const hasRest = outcome !== undefined && outcome.mode !== "refused";
    return { write: this.out.take(), outcome, rest: hasRest ? chunk.subarray(this.#at) : NOTHING };
  }

  /** Goes on as far as the bytes reach: `undefined` when it needs more. */
  protected abstract step(): Outcome | undefined;
  protected abstract refused(reason: string): Outcome;

  /** The next four bytes, or `undefined` when they are not all there. */
  protected readTag(): string | undefined {
    const end = Math.min(this.#chunk.length, this.#at + TAG_BYTES - this.#tag.length);
    this.#tag += latin1(this.#chunk, this.#at, end);
    this.#at = end;
    if (this.#tag.length < TAG_BYTES) {
      return undefined;
    }
    const tag = this.#tag;
    this.#tag = "";
    return tag;
  }

  /** The next dictionary, or `undefined` when it is not all there. */
  protected readDictionary(): Dictionary | undefined {
    this.#at = this.#dictionary.push(this.#chunk, this.#at, this.#chunk.length);
    return this.#dictionary.isComplete ? this.#dictionary.take() : undefined;
  }

  #run(): Outcome | undefined {
    try {
      return this.step();
    } catch (error) {
      if (error instanceof ProtocolFault) {
        return this.refused(error.message);
      }
      throw error;
    }
  }
}

/** The server's side. */
export class ServerHandshake extends Handshake<ServerHandshakeOutcome> {
  readonly #offer: Dictionary;
  /** What the client sends next: its greeting, its answer to the offer, the dictionary of what it wants. */
  #next: "greeting" | "answer" | "wanted" = "greeting";

  /** `offer`: each option with the only value that is accepted, or `""` for any (see `offeredOptions`). */
  constructor(offer: Dictionary) {
    super();
    this.#offer = offer;
  }

  protected override step(): ServerHandshakeOutcome | undefined {
    if (this.#next === "greeting") {
      const greeting = this.readTag();
      if (greeting === undefined) {
        return undefined;
      }
      if (greeting.startsWith(TLS_RECORD)) {
        // (More than the header of a record, and no record: so the client knows at once that this is no TLS.)
        this.out.latin1("F000 no TLS");
        return this.refused("the client speaks TLS, for which this server has no certificate");
      }
      if (!greeting.startsWith("X")) {
        this.out.latin1("2223");
        const cookie = greeting !== "0000" && greeting !== "1111";
        return { mode: "classic", cookie, metadataIn: false, metadataOut: false, killOnClose: false, startTls: false };
      }
      this.out.latin1("P000");
      writeDictionary(this.out, this.#offer);
      this.#next = "answer";
    }
    if (this.#next === "answer") {
      const answer = this.readTag();
      if (answer === undefined) {
        return undefined;
      }
      if (answer !== "R000") {
        return this.refused("the client did not answer the offer of options with R000");
      }
      this.#next = "wanted";
    }
    const wanted = this.readDictionary();
    if (wanted === undefined) {
      return undefined;
    }
    const outcome = this.#agree(wanted);
    this.out.latin1(outcome.mode === "refused" ? "F000" : "A000");
    return outcome;
  }

  protected override refused(reason: string): ServerHandshakeOutcome {
    return { mode: "refused", reason };
  }

  #agree(wanted: Dictionary): ServerHandshakeOutcome {
    for (const [option, value] of wanted) {
      const offered = this.#offer.get(option);
      if (offered === undefined) {
        return this.refused(`the client wants option '${option}', which is not offered`);
      }
      if (offered !== ANY && offered !== value) {
        return this.refused(`the client wants option '${option}' to be '${value}', not '${offered}'`);
      }
    }
    const metadataIn = wanted.get(Option.metadataToServer) === ASKED;
    const metadataOut = wanted.get(Option.metadataFromServer) === ASKED;
    const killOnClose = wanted.get(Option.killServerOnClose) === ASKED;
    const startTls = wanted.get(Option.ssl) === ASKED;
    if (wanted.get(Option.multiplex) !== ASKED) {
      return { mode: "classic", cookie: true, metadataIn, metadataOut, killOnClose, startTls };
    }
    if (metadataIn || metadataOut || killOnClose || startTls) {
      return this.refused("the client wants another option beside Multiplex");
    }
    return { mode: "multiplexed" };
  }
}

/**
 * The side of a client that speaks the multiplexed protocol. It begins by sending `greeting`. Frames may be sent right
 * behind the answer to the offer, before there is an outcome.
 */
export class ClientHandshake extends Handshake<ClientHandshakeOutcome> {
  readonly greeting: Uint8Array = tag("X000");
  /** What the server sends next: its answer to the greeting, the dictionary of its offer, its answer to `R000`. */
  #next: "answer" | "offer" | "verdict" = "answer";
  #offer: Dictionary = new Map();

  /** What the server offers; empty before that is known. */
  get offer(): Dictionary {
    return this.#offer;
  }

  protected override step(): ClientHandshakeOutcome | undefined {
    if (this.#next === "answer") {
      const answer = this.readTag();
      if (answer === undefined) {
        return undefined;
      }
      if (answer === "2223") {
        return { mode: "old_server", reason: "the server speaks only the classic protocol" };
      }
      if (answer !== "P000") {
        return this.refused("what answers there is not a NetWorkSpaces server");
      }
      this.#next = "offer";
    }
    if (this.#next === "offer") {
      const offer = this.readDictionary();
      if (offer === undefined) {
        return undefined;
      }
      const offered = offer.get(Option.multiplex);
      if (offered !== ANY && offered !== ASKED) {
        return { mode: "old_server", reason: "the server does not offer the multiplexed protocol" };
      }
      this.#offer = offer;
      this.out.latin1("R000");
      writeDictionary(this.out, new Map([[Option.multiplex, ASKED]]));
      this.#next = "verdict";
    }
    const verdict = this.readTag();
    if (verdict === undefined) {
      return undefined;
    }
    if (verdict !== "A000") {
      return this.refused("the server refused the multiplexed protocol");
    }
    return { mode: "multiplexed", offer: this.#offer };
  }

  protected override refused(reason: string): ClientHandshakeOutcome {
    return { mode: "refused", reason };
  }
}

function tag(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
