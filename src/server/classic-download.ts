import type { BlobReader } from "../blobs/stored-blob.ts";
import type { Connection } from "./connection.ts";

const PORTION_BYTES = 131_072;
/** No more than this is put in front of the socket. */
const AHEAD_BYTES = 524_288;

/** Sends a value from its file, as fast as the client takes it. */
export class ClassicDownload {
  readonly #reader: BlobReader;
  readonly #connection: Connection;
  readonly #finished: () => void;
  #isLoading = false;

  /** The head of the reply was said. `finished`: all of the value was said too. */
  constructor(reader: BlobReader, connection: Connection, finished: () => void) {
    this.#reader = reader;
    this.#connection = connection;
    this.#finished = finished;
    connection.wake();
  }

  /** Loads the next portion if there is room for it. */
  fill(): void {
    if (this.#isLoading || this.#reader.restBytes === 0 || this.#connection.unsentBytes > AHEAD_BYTES) {
      return;
    }
    this.#isLoading = true;
    this.#reader.next(PORTION_BYTES, (error, bytes) => {
      this.#isLoading = false;
      if (bytes === undefined) {
        // Half of the reply was sent: nothing else can be said in its place.
        this.#connection.drop(`a value could not be read from its file: ${error?.message ?? ""}`);
        return;
      }
      this.#connection.reference(bytes);
      if (this.#reader.restBytes === 0) {
        this.#reader.close();
        this.#connection.attempt("the end of a long value", this.#finished);
      }
    });
  }

  abort(): void {
    this.#reader.close();
  }
}
