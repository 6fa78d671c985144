import { ProtocolFault } from "./protocol-fault.ts";
import { MAX_COUNT } from "./verbs.ts";

/**
 * Counts the requests of a session, on either side: which one each of them is. A frame `serial` labels the request behind it, which was
 * made before; others go on from the highest so far.
 */
export class Serials {
  /** The highest so far. */
  count = 0;
  #label = 0;

  /** ProtocolFault: there can be no such request. */
  label(serial: number): void {
    if (serial === 0 || serial > MAX_COUNT) {
      throw new ProtocolFault(`a request cannot be number ${serial} of its session`);
    }
    this.#label = serial;
    this.count = Math.max(this.count, serial - 1);
  }

  /** The serial of the next request. */
  next(): number {
    const label = this.#label;
    if (label === 0) {
      return ++this.count;
    }
    this.#label = 0;
    this.count = Math.max(this.count, label);
    return label;
  }
}
