import { type Durability, type Log, LogError, LogFullError } from "../../log/index.ts";
import type { Journal, JournalRefusal } from "../../space/index.ts";
import { ChangeEncoder, type NameOfFile } from "./change-encoder.ts";

/** With more bytes than this waiting for the disk, whoever sends more is kept waiting. */
const BEHIND_BYTES = 8 * 1_048_576;

/** A record that has found no room. */
interface Unwritten {
  readonly bytes: Uint8Array;
  readonly durability: Durability;
}

/** Something that is done once the log has what was appended before. */
interface Sequel {
  readonly position: number;
  readonly act: () => void;
}

/**
 * Gives a space's changes to the log, each as a record. A change that finds no room waits here, and all later ones behind it: what
 * sessions do by ending, or say without an answer (confirm), cannot be refused, and must not be forgotten. So the log is at any time a
 * beginning of what happened. When the log has failed, changes go nowhere; then nobody is told that one happened.
 *
 * It is the journal of those workspaces that are as safe as is usual; `withDurability` has those of the others. All go to the same log, in
 * order, so a change that is made safe makes all before it safe; but nobody waits for what he has not asked to be safe.
 */
export class JournalWriter extends ChangeEncoder implements Journal {
  /** Called when `has` may have become true for more positions, or `failure` was set. */
  onProgress: () => void = () => undefined;
  /** See `Log.mayWait`. */
  mayWait: () => boolean = () => true;
  /** What is usual. */
  readonly durability: Durability;
  #log: Log | undefined;
  #unwritten: Unwritten[] = [];
  readonly #others = new Map<Durability, Journal>();
  /** Behind the last change that is to be so safe. */
  readonly #ends: Record<Durability, number> = { fsync: 0, os: 0, memory: 0 };
  #failure: LogError | undefined;
  #sequels: Sequel[] = [];

  constructor(durability: Durability, nameOf: NameOfFile) {
    super(nameOf);
    this.durability = durability;
  }

  /** A run begins: nothing may be changed before this. */
  begin(log: Log): void {
    this.#log = log;
    log.onProgress = () => this.#progress();
    log.mayWait = () => this.mayWait();
    this.started();
  }

  /** The position behind all that was changed by now. */
  get end(): number {
    return (this.#log?.end ?? 0) + this.#unwritten.length;
  }

  /** Whether the log lacks changes that were made. */
  get isBehind(): boolean {
    return this.#unwritten.length > 0 || this.failure !== undefined;
  }

  /** So much waits for the disk that senders should wait, too. */
  get isCrowded(): boolean {
    return (this.#log?.pendingBytes ?? 0) > BEHIND_BYTES;
  }

  /** Set once and for all when nothing more can be kept. */
  get failure(): LogError | undefined {
    return this.#failure ?? this.#log?.failure;
  }

  /** The position behind the last change that is to be so safe. */
  endOf(durability: Durability): number {
    return this.#ends[durability];
  }

  /** Whether what was changed up to `position` is so safe. */
  has(position: number, durability: Durability): boolean {
    return this.#log === undefined || this.#log.has(position, durability);
  }

  withDurability(durability: Durability = this.durability): Journal {
    if (durability === this.durability) {
      return this;
    }
    const other = this.#others.get(durability) ?? new OtherJournal(this, durability, this.nameOf);
    this.#others.set(durability, other);
    return other;
  }

  refusal(bytes: number, isMore: boolean): JournalRefusal | undefined {
    const log = this.#log!;
    const { failure } = this;
    if (failure !== undefined) {
      return { code: "storage_failed", message: failure.message };
    }
    if (this.#unwritten.length > 0 || (isMore && log.isFull)) {
      const message = "the server's disk is full: nothing can be stored in persistent workspaces until there is room";
      return { code: "disk_full", message };
    }
    const error = log.refusal(bytes);
    return error && { code: error.code === "full" ? "disk_full" : "storage_failed", message: error.message };
  }

  /** Does something when all that was changed by now is on the disk for good, which is hurried along; never, if that fails. */
  whenDurable(act: () => void): void {
    this.#sequels.push({ position: this.end, act });
    // (There is no progress if all is on the disk already; and if it fails, the log says so itself.)
    this.#log?.sync().then(
      () => this.#actOnDue(),
      () => undefined,
    );
  }

  protected override changeEnded(): void {
    this.take(this.bytes, this.length, this.durability);
    this.clear();
  }

  /** Takes a record that is to be so safe. */
  take(bytes: Uint8Array, length: number, durability: Durability): void {
    if (this.#unwritten.length > 0) {
      this.#unwritten.push({ bytes: bytes.slice(0, length), durability });
    } else if (this.failure === undefined) {
      this.#append(bytes, length, durability);
    }
    this.#ends[durability] = this.end;
  }

  /** Returns whether the log has taken the record; else it waits, or the log has failed. */
  #append(bytes: Uint8Array, length: number, durability: Durability): boolean {
    try {
      this.#log!.append(bytes, 0, length, durability);
      return true;
    } catch (error) {
      if (error instanceof LogFullError) {
        this.#unwritten.push({ bytes: bytes.slice(0, length), durability });
      } else {
        this.#failure = error instanceof LogError ? error : new LogError("failed", String(error), { cause: error });
      }
      return false;
    }
  }

  #progress(): void {
    if (this.#unwritten.length > 0 && this.failure === undefined) {
      const waiting = this.#unwritten;
      this.#unwritten = [];
      const written = waiting.findIndex(({ bytes, durability }) => !this.#append(bytes, bytes.length, durability));
      if (written !== -1) {
        this.#unwritten = waiting.slice(written);
      }
    }
    this.#actOnDue();
    this.onProgress();
  }

  #actOnDue(): void {
    if (this.#sequels.length > 0) {
      const { durable } = this.#log!;
      const due = this.#sequels.filter(({ position }) => position <= durable);
      this.#sequels = this.#sequels.filter(({ position }) => position > durable);
      due.forEach(({ act }) => act());
    }
  }
}

/** The journal of workspaces that are to be otherwise safe than is usual. */
class OtherJournal extends ChangeEncoder implements Journal {
  readonly #writer: JournalWriter;
  readonly #durability: Durability;

  constructor(writer: JournalWriter, durability: Durability, nameOf: NameOfFile) {
    super(nameOf);
    this.#writer = writer;
    this.#durability = durability;
  }

  refusal(bytes: number, isMore: boolean): JournalRefusal | undefined {
    return this.#writer.refusal(bytes, isMore);
  }

  withDurability(durability: Durability | undefined): Journal {
    return this.#writer.withDurability(durability);
  }

  protected override changeEnded(): void {
    this.#writer.take(this.bytes, this.length, this.#durability);
    this.clear();
  }
}
