import { MAX_WRITE_DEPTH } from "./cbor-format.ts";

/** How a step leads from a container to what is in it. */
export const Step = {
  index: 0,
  property: 1,
  /** The value of a Map under a key. */
  entry: 2,
  /** A key of a Map, by position. */
  key: 3,
  /** A member of a Set, by position. */
  member: 4,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

const LONGEST_SHOWN = 60;

/**
 * Where in a value the writer is. Kept as bare arrays and turned into text only when something is refused.
 */
export class ValuePath {
  readonly #steps = new Uint8Array(MAX_WRITE_DEPTH + 1);
  readonly #keys: unknown[] = [];
  #length = 0;

  /** Goes into a container; `at` then says which part of it. */
  enter(step: Step): void {
    this.#steps[this.#length++] = step;
  }

  at(key: unknown): void {
    this.#keys[this.#length - 1] = key;
  }

  /** In a Map, keys and values take turns. */
  turn(step: Step, key: unknown): void {
    this.#steps[this.#length - 1] = step;
    this.#keys[this.#length - 1] = key;
  }

  leave(): void {
    this.#keys[--this.#length] = undefined;
  }

  /** For example `value.list[3].callback`. */
  toString(): string {
    return (
      "value" +
      this.#keys
        .slice(0, this.#length)
        .map((key, i) => stepText(this.#steps[i]!, key))
        .join("")
    );
  }
}

function stepText(step: number, key: unknown): string {
  switch (step) {
    case Step.index:
      return `[${String(key)}]`;
    case Step.property:
      return propertyText(String(key));
    case Step.key:
      return `.keys()[${String(key)}]`;
    case Step.member:
      return `.values()[${String(key)}]`;
    default:
      return `.get(${keyText(key)})`;
  }
}

function propertyText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && name.length <= LONGEST_SHOWN
    ? `.${name}`
    : `[${quoted(name)}]`;
}

function keyText(key: unknown): string {
  if (typeof key === "string") {
    return quoted(key);
  }
  return typeof key === "object" && key !== null ? "an object" : String(key);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
