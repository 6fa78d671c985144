import type { Budget } from "../budget.ts";
import { latin1Bytes } from "../latin1.ts";
import { itemsOf, kindOf, type PyBytes, type PyGlobal, type PyInstance, type PyValue } from "./pickle-graph.ts";

/** The names under which pickles ask for Latin-1. */
const latin1Names: readonly unknown[] = ["latin1", "latin-1"];

/** A copy of bytes, as each protocol writes them; undefined if it is something else. */
export function bytesOf(value: PyValue | undefined, budget: Budget): Uint8Array<ArrayBuffer> | undefined {
  switch (kindOf(value)) {
    case "bytes": {
      const { bytes } = value as PyBytes;
      budget.bytes(bytes.length);
      return new Uint8Array(bytes);
    }
    case "instance": {
      const { callee, args } = value as PyInstance;
      const name = kindOf(callee) === "global" ? (callee as PyGlobal).name : undefined;
      const [first, encoding] = itemsOf(args);
      if (name === "_codecs.encode" && typeof first === "string" && latin1Names.includes(encoding)) {
        budget.bytes(first.length);
        return latin1Bytes(first);
      }
      return name === "bytes" && first === undefined ? new Uint8Array() : undefined;
    }
    case undefined: {
      // A `str` of Python 2, or bytes where they are ASCII.
      if (typeof value !== "string") {
        return undefined;
      }
      budget.bytes(value.length);
      return latin1Bytes(value);
    }
    default:
      return undefined;
  }
}
