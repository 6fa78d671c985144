import { byteStringOf, latin1 } from "../wire/bytes.ts";
import { Verb } from "../wire/verbs.ts";
import type { Durability } from "./durability.ts";
import type { RawSink, StreamControl } from "./download.ts";
import { streamFailed } from "./file-output.ts";
import { readLimit, readLimits, type VariableLimits } from "./listing.ts";
import type { Mode } from "./mode.ts";
import { Expect } from "./pending.ts";
import type { ServerBase } from "./server-base.ts";
import type { Session } from "./session.ts";
import type { ValueSink } from "./value-sink.ts";

/** A workspace as it was. Names are byte strings (each character one byte): they need not be UTF-8. */
export interface SnapshotWorkspace {
  readonly name: string;
  readonly isPersistent: boolean;
  /** Where its owner has said it. */
  readonly durability: Durability | undefined;
  /** In milliseconds, if it was said. */
  readonly idleTimeout: number | undefined;
  readonly variables: readonly SnapshotVariable[];
}

export interface SnapshotVariable {
  /** By which the server knows it, in this snapshot. */
  readonly number: number;
  readonly name: string;
  readonly mode: Mode | "unknown";
  readonly isGuarded: boolean;
  readonly valueCount: number;
  /** Undefined where nothing was ever said. */
  readonly limits: VariableLimits | undefined;
}

/**
 * Workspaces of a server as they were at one moment, with all values, booked ones too, exactly as they are kept. It lasts until the
 * session takes another one, or ends; one session of a server at a time has one.
 */
export class Snapshot {
  readonly workspaces: readonly SnapshotWorkspace[];
  readonly #session: Session;

  private constructor(session: Session, workspaces: readonly SnapshotWorkspace[]) {
    this.#session = session;
    this.workspaces = workspaces;
  }

  /** Of the workspaces with these names; of all when there is none. */
  static async take({ session }: ServerBase, names: readonly string[]): Promise<Snapshot> {
    const listing = new CollectedText();
    const pages = new Pages(listing);
    await ask(session, Verb.snapshot, pages, (writer) => {
      names.forEach((name) => writer.byteString(byteStringOf(name)));
    });
    await pages.taken();
    return new Snapshot(session, readListing(listing.text));
  }

  /** Gives all values of a variable to the sink: in the order of their indices, which for fifo and lifo is that of their stores. */
  async read({ number }: SnapshotVariable, sink: ValueSink): Promise<void> {
    const pages = new Pages(sink);
    for (let from = 0; ;) {
      const last = await ask(this.#session, Verb.readSnapshot, pages, (writer) => {
        writer.u32(number);
        writer.u64(from);
      });
      if (last === undefined) {
        return;
      }
      await pages.taken();
      from = last + 1;
    }
  }
}

/** Resolves with the index of the last value that came. */
function ask(
  session: Session,
  verb: number,
  sink: RawSink,
  fields: Parameters<Session["ask"]>[4],
): Promise<number | undefined> {
  const answer = session.ask<number | undefined>("snapshot", verb, Expect.raw, undefined, fields);
  session.exchange.last.extra = sink;
  return answer;
}

/** Brings the answers of a snapshot to a sink, and grants as much of a long value as that has taken. */
class Pages implements RawSink {
  readonly #sink: ValueSink;
  #control: StreamControl | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(sink: ValueSink) {
    this.#sink = sink;
  }

  value(descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    this.#sink.value(descriptor, bytes, start, end);
  }

  begin(length: number, control: StreamControl, descriptor: number): void {
    this.#control = control;
    this.#sink.begin(descriptor, length);
  }

  push(bytes: Uint8Array): void {
    const control = this.#control!;
    this.#tail = this.#tail.then(async () => {
      await this.#sink.piece(bytes);
      control.grant(bytes.length);
    });
    this.#tail.catch((error: unknown) => control.giveUp(streamFailed(error, { operation: "snapshot" })));
  }

  fail(): void {
    // Whoever waits for the answer hears of it.
  }

  /** Resolves when all that came was taken. */
  async taken(): Promise<void> {
    await this.#tail;
    await this.#sink.drained();
  }
}

/** A listing, as it came: bytes, because one name that is not UTF-8 must not change how the others are read. */
class CollectedText implements ValueSink {
  text = "";

  value(_descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    this.text = latin1(bytes, start, end);
  }

  begin(): void {
    this.text = "";
  }

  piece(bytes: Uint8Array): Promise<void> {
    this.text += latin1(bytes);
    return Promise.resolve();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }
}

function readListing(text: string): SnapshotWorkspace[] {
  const workspaces: (SnapshotWorkspace & { readonly variables: SnapshotVariable[] })[] = [];
  let number = 0;
  for (const line of text.split("\n")) {
    const [kind, name = "", second, third, fourth, ...limits] = line.split("\t");
    if (kind === "workspace") {
      // (An older server says nothing of durability.)
      const durability = third === undefined || third === "" ? undefined : (third as Durability);
      const idleTimeout = readLimit(fourth);
      workspaces.push({ name, isPersistent: second === "True", durability, idleTimeout, variables: [] });
    } else if (kind === "variable") {
      workspaces.at(-1)?.variables.push({
        number: number++,
        name,
        mode: second as SnapshotVariable["mode"],
        isGuarded: third === "True",
        valueCount: Number(fourth),
        limits: limits.length === 0 ? undefined : readLimits(limits),
      });
    }
  }
  return workspaces;
}
