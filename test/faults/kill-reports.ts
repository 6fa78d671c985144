/** What a client does. */
export interface Plan {
  readonly role: "produce" | "consumePlainly" | "consumeOnLease";
  readonly variable: string;
  readonly port: number;
  /** Whether some of its values are long enough to live in files. */
  readonly hasLong: boolean;
  /** Whether its session outlives its connection, and the server. */
  readonly survives: boolean;
  /** Below all numbers that it stores. */
  readonly after: number;
}

/** What a client tells its parent, in order: what it is about to store, what was acknowledged, what it got, what is certainly taken. */
export type Report =
  | { readonly kind: "sent" | "stored" | "got" | "taken"; readonly n: number }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "ended" };

/** What the clients of one variable have reported, and what is wrong with that. */
export class VariableRecord {
  readonly name: string;
  readonly #isOrdered: boolean;
  /** The consumer's session outlives the server: not even what it has not confirmed comes again. */
  readonly #isExact: boolean;
  readonly #sent = new Set<number>();
  readonly #stored = new Set<number>();
  readonly #got = new Set<number>();
  /** By the consumer that lives now. */
  readonly #gotNow = new Set<number>();
  readonly #taken = new Set<number>();
  readonly violations: string[] = [];

  constructor(name: string, isOrdered: boolean, isExact: boolean) {
    this.name = name;
    this.#isOrdered = isOrdered;
    this.#isExact = isExact;
  }

  get storedCount(): number {
    return this.#stored.size;
  }

  get takenCount(): number {
    return this.#taken.size;
  }

  note(report: Report): void {
    switch (report.kind) {
      case "sent":
        this.#sent.add(report.n);
        break;
      case "stored":
        this.#stored.add(report.n);
        break;
      case "got":
        this.#check(!this.#taken.has(report.n), `${report.n} was fetched again after it was taken`);
        this.#check(
          !this.#isExact || !this.#got.has(report.n),
          `${report.n} was fetched twice by a session that goes on`,
        );
        this.#got.add(report.n);
        break;
      case "taken":
        this.#taken.add(report.n);
        break;
      case "failed":
        this.violations.push(`${this.name}: a client failed: ${report.message}`);
        break;
      case "ended":
        break;
    }
  }

  /** The consumer was killed: what it had not confirmed comes again. */
  consumerDied(): void {
    this.#gotNow.clear();
  }

  /** Judges with what is in the variable in the end. */
  judge(left: readonly number[]): void {
    const leftOnce = new Set(left);
    this.#check(leftOnce.size === left.length, "a value is there twice");
    for (const n of leftOnce) {
      this.#check(this.#sent.has(n), `${n} is there and was never stored`);
      this.#check(!this.#taken.has(n), `${n} is there although it was taken`);
    }
    for (const n of this.#got) {
      this.#check(this.#sent.has(n), `${n} was fetched and never stored`);
    }
    for (const n of this.#stored) {
      this.#check(leftOnce.has(n) || this.#got.has(n), `${n} was acknowledged and is lost`);
    }
    if (this.#isOrdered) {
      const sorted = [...left].sort((a, b) => a - b);
      this.#check(
        left.every((n, i) => n === sorted[i]),
        "what is there is out of order",
      );
    }
  }

  #check(holds: boolean, what: string): void {
    if (!holds) {
      this.violations.push(`${this.name}: ${what}`);
    }
  }
}
