/** How much of a command's output is kept: enough for a stack trace or two. */
export const OUTPUT_TAIL_CHARS = 16_384;

/** The end of a text of any length. */
export class OutputTail {
  #text = "";
  #cut = false;

  write(text: string): void {
    this.#text += text;
    // Cut at twice the length, so that the cost of cutting is spread over as much text.
    if (this.#text.length > 2 * OUTPUT_TAIL_CHARS) {
      this.#text = this.#text.slice(-OUTPUT_TAIL_CHARS);
      this.#cut = true;
    }
  }

  /** At most `OUTPUT_TAIL_CHARS`; what was cut off in front is marked. */
  get text(): string {
    const cut = this.#cut || this.#text.length > OUTPUT_TAIL_CHARS;
    return cut ? `…${this.#text.slice(1 - OUTPUT_TAIL_CHARS)}` : this.#text;
  }
}
