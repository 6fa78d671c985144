/** The beginning of a text, where it is longer. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The last texts that came, bounded in their number and in all their characters. */
export class RecentTexts<T> {
  readonly #most: number;
  readonly #mostChars: number;
  readonly #textOf: (item: T) => string;
  readonly #items: T[] = [];
  #chars = 0;

  constructor(most: number, mostChars: number, textOf: (item: T) => string) {
    this.#most = most;
    this.#mostChars = mostChars;
    this.#textOf = textOf;
  }

  get chars(): number {
    return this.#chars;
  }

  get length(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#chars += this.#textOf(item).length;
    while (this.#items.length > this.#most || (this.#chars > this.#mostChars && this.#items.length > 1)) {
      this.#chars -= this.#textOf(this.#items.shift()!).length;
    }
  }

  /** A copy. */
  list(): T[] {
    return [...this.#items];
  }
}
