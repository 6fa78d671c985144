import { ForeignFault } from "./foreign-fault.ts";

/** How much of another language's value is read. What is over a limit is a fault, not a part of the value. */
export interface ForeignLimits {
  /** Bytes of the value, and bytes in the arrays that are made of it. Default 64 MiB. */
  readonly maxBytes: number;
  /** Values in it, those inside others included; the elements of an array of numbers do not count. Default 1 000 000. */
  readonly maxNodes: number;
  /** Values inside each other. Default 500. */
  readonly maxDepth: number;
}

export const defaultLimits: ForeignLimits = { maxBytes: 64 * 1_048_576, maxNodes: 1_000_000, maxDepth: 500 };

/**
 * What is left of the limits. A reader pays before it makes something, so that memory stays in proportion to the limits,
 * whatever the bytes announce, and however often they refer to one another.
 */
export class Budget {
  readonly limits: ForeignLimits;
  readonly #what: string;
  readonly #offset: () => number;
  #nodes = 0;
  #bytes = 0;
  #depth = 0;

  /** `what` is read, as `Python pickle`; `offset` says where the reader is. */
  constructor(limits: ForeignLimits, what: string, offset: () => number) {
    this.limits = limits;
    this.#what = what;
    this.#offset = offset;
  }

  nodes(count: number): void {
    this.#nodes += count;
    if (this.#nodes > this.limits.maxNodes) {
      this.#over(`has more than ${this.limits.maxNodes} parts`);
    }
  }

  /** Bytes that are going to be copied. */
  bytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.limits.maxBytes) {
      this.#over(`takes more than ${this.limits.maxBytes} bytes`);
    }
  }

  /** Reads something inside what is read now. */
  inside<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > this.limits.maxDepth) {
      this.#over(`has more than ${this.limits.maxDepth} levels`);
    }
    const result = read();
    // Not when it throws: then all is over.
    this.#depth -= 1;
    return result;
  }

  #over(what: string): never {
    throw new ForeignFault("over_limit", `the ${this.#what} ${what}: it is not shown`, this.#offset());
  }
}
