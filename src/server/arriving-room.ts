/** Fewer bytes than this are not counted: every connection has some. */
const NEGLIGIBLE_BYTES = 16_384;

/** Whose request arrives. */
export interface Sender {
  drop(reason: string): void;
}

/**
 * Memory of requests that have not arrived whole. There is nothing that could be answered to them, so when there is no room for more the
 * connections are dropped on which one has been arriving for longest: then nobody can take all the room by sending parts of requests, however
 * slowly. (For a part of a request there is no other limit: who sends one and stops, as in a debugger, costs what it holds and no more.)
 */
export class ArrivingRoom {
  /** May be changed at any time. */
  maxBytes: number;
  #used = 0;
  /** In the order in which their requests began to arrive. */
  readonly #arriving = new Set<ArrivingBytes>();

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get used(): number {
    return this.#used;
  }

  /** `now` instead of `before`. May drop it, and others. */
  changed(part: ArrivingBytes, before: number, now: number): void {
    this.#used += now - before;
    if (now === 0) {
      this.#arriving.delete(part);
      return;
    }
    this.#arriving.add(part);
    for (const oldest of this.#arriving) {
      if (this.#used <= this.maxBytes) {
        break;
      }
      oldest.give();
    }
  }
}

/** What one connection holds of a request that arrives. */
export class ArrivingBytes {
  readonly #room: ArrivingRoom;
  readonly #sender: Sender;
  #counted = 0;

  constructor(room: ArrivingRoom, sender: Sender) {
    this.#room = room;
    this.#sender = sender;
  }

  /** So many bytes are held now. When there is no room connections are dropped, this one maybe. */
  set(bytes: number): void {
    const before = this.#counted;
    const counted = bytes < NEGLIGIBLE_BYTES ? 0 : bytes;
    if (counted !== before) {
      this.#counted = counted;
      this.#room.changed(this, before, counted);
    }
  }

  /** Its memory is needed. */
  give(): void {
    const bytes = this.#counted;
    this.set(0);
    this.#sender.drop(`no memory for a request of which ${bytes} bytes have arrived`);
  }
}
