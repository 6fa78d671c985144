import type { Budget } from "../budget.ts";
import type { ByteInput } from "../byte-input.ts";
import {
  globalNamed,
  instanceOf,
  kindOf,
  type PyDict,
  type PyInstance,
  type PySequence,
  type PyValue,
  sequence,
} from "./pickle-graph.ts";

/**
 * The stack and the memo that the opcodes of a pickle work on. Invariant: `#marks` are heights of the stack, going up, and
 * nothing is taken from below the last of them but with the mark itself.
 */
export class PickleMachine {
  readonly input: ByteInput;
  readonly #budget: Budget;
  readonly #stack: PyValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PyValue>();

  constructor(input: ByteInput, budget: Budget) {
    this.input = input;
    this.#budget = budget;
  }

  push(value: PyValue): void {
    this.#budget.nodes(1);
    this.#stack.push(value);
  }

  pop(): PyValue {
    if (this.#stack.length <= this.#fence) {
      return this.input.damaged("it takes more from the stack than is there");
    }
    return this.#stack.pop()!;
  }

  top(): PyValue {
    if (this.#stack.length <= this.#fence) {
      return this.input.damaged("it needs more on the stack than is there");
    }
    return this.#stack.at(-1)!;
  }

  mark(): void {
    this.#budget.nodes(1);
    this.#marks.push(this.#stack.length);
  }

  /** What is above the last mark; takes the mark too. */
  popMark(): PyValue[] {
    const height = this.#marks.pop();
    return height === undefined ? this.input.damaged("a mark is missing") : this.#stack.splice(height);
  }

  /** Takes one thing, or an empty mark. */
  drop(): void {
    if (this.#marks.length > 0 && this.#stack.length === this.#fence) {
      this.#marks.pop();
    } else {
      this.pop();
    }
  }

  remember(index: number): void {
    if (!(index >= 0)) {
      this.input.damaged("an object is remembered under a number that is none");
    }
    this.#budget.nodes(1);
    this.#memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.input.damaged(`nothing was remembered under ${index}`) : value);
  }

  /** Puts what was above the mark into the list or set, or what would be one, that is below it. */
  addItems(items: readonly PyValue[]): void {
    const target = this.top();
    const own = kindOf(target);
    if (own !== "instance" && !(own === "sequence" && (target as PySequence).type !== "tuple")) {
      this.input.damaged("something is appended to what is no list");
    }
    const list = (target as PySequence | PyInstance).items;
    for (const item of items) {
      list.push(item);
    }
  }

  /** The same for keys and values. */
  setItems(pairs: readonly PyValue[]): void {
    const target = this.top();
    const own = kindOf(target);
    if ((own !== "dict" && own !== "instance") || pairs.length % 2 !== 0) {
      this.input.damaged(pairs.length % 2 !== 0 ? "a key has no value" : "a key is set of what is no dict");
    }
    const list = (target as PyDict | PyInstance).pairs;
    for (const each of pairs) {
      list.push(each);
    }
  }

  /** A class or function that is only named. */
  global(module: PyValue, name: PyValue): void {
    if (typeof module !== "string" || typeof name !== "string") {
      return this.input.damaged("a name is no text");
    }
    // Together they are a text of their own, as often as they are put together.
    this.#budget.bytes(module.length + name.length);
    this.push(globalNamed(module, name));
  }

  /** What calling `callee` with a tuple would make. */
  make(callee: PyValue, args: PyValue, kwargs?: PyValue): void {
    const own = kindOf(callee);
    if (own !== "global" && own !== "instance") {
      this.input.damaged("something is called that is no function");
    }
    this.push(instanceOf(callee, args, kwargs));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (kindOf(target) === "instance") {
      (target as PyInstance).state = state;
    } else if (kindOf(target) !== "global") {
      this.input.damaged("something gets a state that is no instance");
    }
  }

  dict(pairs: PyValue[]): void {
    if (pairs.length % 2 !== 0) {
      this.input.damaged("a key has no value");
    }
    this.push({ kind: "dict", pairs });
  }

  tuple(count: 1 | 2 | 3): void {
    const items = Array.from({ length: count }, () => this.pop());
    this.push(sequence("tuple", items.reverse()));
  }

  get #fence(): number {
    return this.#marks.at(-1) ?? 0;
  }
}
