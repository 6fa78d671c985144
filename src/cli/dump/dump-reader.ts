import type { Durability } from "../../client/index.ts";
import type { ValueSink } from "../../client/value-sink.ts";
import { Major, Tag } from "../../codec/cbor-format.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { DumpBytes } from "./dump-bytes.ts";
import {
  BREAK,
  dumpDurabilities,
  type DumpLimits,
  type DumpMode,
  dumpModes,
  type DumpTotals,
  FORMAT_NAME,
  FORMAT_VERSION,
  MOST_BYTES_AT_ONCE,
  noTotals,
  whenFullChoices,
} from "./dump-format.ts";

const LONGEST_NAME_BYTES = 65_535;
const LONGEST_WORD_BYTES = 64;
const LARGEST_DESCRIPTOR = 0xffff_ffff;
const FALSE = 20;
const TRUE = 21;

/** Takes what a dump holds. Values are those of the last variable, which is one of the last workspace. */
export interface DumpSink extends ValueSink {
  header(time: string, version: string): void;
  /** `durability`: where it has one of its own. */
  workspace(name: Uint8Array, isPersistent: boolean, durability: Durability | undefined): Promise<void>;
  /** Of the last workspace, before its variables. */
  idleTimeout(ms: number): Promise<void>;
  variable(name: Uint8Array, mode: DumpMode, isGuarded: boolean): Promise<void>;
  /** Of the last variable, before its values. */
  limits(limits: DumpLimits): Promise<void>;
}

/**
 * Reads a dump to its end, with little of it in memory, whatever lengths it announces. Throws a CommandFailure when it is none, damaged, cut
 * off or of a newer version, perhaps after the sink has had a part of it.
 */
export async function readDump(source: AsyncIterable<Uint8Array>, sink: DumpSink): Promise<void> {
  const input = new DumpBytes(source);
  await input.fill();
  readHeader(input, sink);
  const totals = noTotals();
  for (;;) {
    if (input.isLow) {
      await sink.drained();
      await input.fill();
    }
    if (input.isOver) {
      input.fail("it is cut off: there is no end record");
    }
    const start = input.at;
    const count = readArray(input);
    input.head();
    if (input.major === Major.unsigned) {
      await readValue(input, count, sink);
      totals.values++;
      continue;
    }
    const kind = `${readText(input)} of ${count}`;
    switch (kind) {
      case "workspace of 3":
        totals.workspaces++;
        await sink.workspace(readName(input), readBoolean(input), undefined);
        break;
      case "workspace of 4":
        totals.workspaces++;
        await sink.workspace(readName(input), readBoolean(input), readDurability(input));
        break;
      case "idle timeout of 2":
        await sink.idleTimeout(readLimit(input) ?? Infinity);
        break;
      case "limits of 5":
        await sink.limits({
          maxValues: readLimit(input),
          maxBytes: readLimit(input),
          whenFull: readWhenFull(input),
          ttl: readLimit(input),
        });
        break;
      case "variable of 4":
        totals.variables++;
        await sink.variable(readName(input), readMode(input), readBoolean(input));
        break;
      case "end of 5":
        await readEnd(input, start, totals);
        return;
      default:
        input.fail(`a record '${kind}', which is not known`);
    }
  }
}

function readHeader(input: DumpBytes, sink: DumpSink): void {
  try {
    input.head();
    if (input.major !== Major.tag || input.argument !== Tag.selfDescribed || readArray(input) !== 4) {
      throw new Error("no header");
    }
    input.head();
    if (readText(input) !== FORMAT_NAME) {
      throw new Error("another format");
    }
  } catch (error) {
    throw new CommandFailure(ExitCode.dataUnusable, "this is no dump of networkspaces", { cause: error });
  }
  const version = readNumber(input);
  if (version > FORMAT_VERSION) {
    const message = `the dump has version ${version}, and this program reads up to ${FORMAT_VERSION}: use a newer one`;
    throw new CommandFailure(ExitCode.dataUnusable, message);
  }
  input.head();
  const time = readText(input);
  input.head();
  sink.header(time, readText(input));
}

/** The head of the descriptor was read. */
function readValue(input: DumpBytes, count: number, sink: DumpSink): Promise<void> | undefined {
  const descriptor = input.argument;
  if (descriptor > LARGEST_DESCRIPTOR) {
    input.fail(`a descriptor ${descriptor}`);
  }
  if (count === 3) {
    return readLongValue(input, descriptor, sink);
  }
  if (count !== 2) {
    input.fail(`a value of ${count} items`);
  }
  const from = readBytes(input, MOST_BYTES_AT_ONCE, "a value");
  sink.value(descriptor, input.bytes, from, input.at);
  return undefined;
}

async function readLongValue(input: DumpBytes, descriptor: number, sink: DumpSink): Promise<void> {
  const length = readNumber(input);
  input.head();
  if (input.major !== Major.bytes || input.argument !== -1) {
    input.fail("a long value that is not in pieces");
  }
  sink.begin(descriptor, length);
  let rest = length;
  for (;;) {
    if (input.isLow) {
      await input.fill();
    }
    if (input.takes(BREAK)) {
      break;
    }
    const from = readBytes(input, MOST_BYTES_AT_ONCE, "a piece of a value");
    rest -= input.argument;
    if (rest < 0) {
      input.fail("a long value that has more than it announced");
    }
    await sink.piece(input.bytes.slice(from, input.at));
  }
  if (rest > 0) {
    input.fail(`a long value that lacks ${rest} of the ${length} bytes it announced`);
  }
}

/** The end record began at `start`; its kind was read. */
async function readEnd(input: DumpBytes, start: number, totals: DumpTotals): Promise<void> {
  const { workspaces, variables, values } = totals;
  const at = input.at;
  input.at = start;
  const digest = input.digest();
  input.at = at;
  const counted = [workspaces, variables, values];
  const announced = counted.map(() => readNumber(input));
  const from = readBytes(input, LONGEST_WORD_BYTES, "a checksum");
  if (Buffer.compare(digest, input.bytes.subarray(from, input.at)) !== 0) {
    input.fail("the checksum does not fit: something in it is not as it was written");
  }
  if (announced.join() !== counted.join()) {
    input.fail(`it has ${counted.join(", ")} workspaces, variables and values, not ${announced.join(", ")}`);
  }
  await input.fill();
  if (!input.isOver) {
    input.fail("something follows the end record");
  }
}

function readArray(input: DumpBytes): number {
  input.head();
  if (input.major !== Major.array) {
    input.fail("something that is no record");
  }
  return input.argument;
}

function readNumber(input: DumpBytes): number {
  input.head();
  if (input.major !== Major.unsigned) {
    input.fail("something that is no number where one belongs");
  }
  return input.argument;
}

/** Returns where the bytes begin; they end at `input.at`. */
function readBytes(input: DumpBytes, most: number, what: string): number {
  input.head();
  if (input.major !== Major.bytes) {
    input.fail(`something that is no bytes where ${what} belongs`);
  }
  return input.pass(most, what);
}

/** The head was read. */
function readText(input: DumpBytes): string {
  if (input.major !== Major.text) {
    input.fail("something that is no text where one belongs");
  }
  const from = input.pass(LONGEST_WORD_BYTES, "a word");
  return Buffer.from(input.bytes.subarray(from, input.at)).toString("utf8");
}

function readName(input: DumpBytes): Uint8Array {
  input.head();
  if (input.major !== Major.text && input.major !== Major.bytes) {
    input.fail("something that is no name where one belongs");
  }
  const from = input.pass(LONGEST_NAME_BYTES, "a name");
  if (input.at === from) {
    input.fail("an empty name");
  }
  const name = input.bytes.slice(from, input.at);
  if (name.some((byte) => byte === 0 || byte === 9 || byte === 10)) {
    input.fail("a name with a tab, newline or NUL in it");
  }
  return name;
}

function readMode(input: DumpBytes): DumpMode {
  input.head();
  const text = readText(input);
  return dumpModes.find((mode) => mode === text) ?? input.fail(`a mode '${text}'`);
}

function readDurability(input: DumpBytes): Durability {
  input.head();
  const text = readText(input);
  return dumpDurabilities.find((durability) => durability === text) ?? input.fail(`a durability '${text}'`);
}

function readWhenFull(input: DumpBytes): DumpLimits["whenFull"] {
  input.head();
  const text = readText(input);
  return whenFullChoices.find((choice) => choice === text) ?? input.fail(`'${text}' for what to do when it is full`);
}

/** 0 is none. */
function readLimit(input: DumpBytes): number | undefined {
  const limit = readNumber(input);
  return limit === 0 ? undefined : limit;
}

function readBoolean(input: DumpBytes): boolean {
  input.head();
  if (input.major !== Major.simple || (input.argument !== FALSE && input.argument !== TRUE)) {
    input.fail("something that is neither true nor false");
  }
  return input.argument === TRUE;
}
