import { ReadFlag, Verb } from "../wire/verbs.ts";
import { checkTimeout } from "./arguments.ts";
import { Collected, type Position } from "./outcomes.ts";
import type { StreamSink } from "./download.ts";
import type { Where } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { aborted, rejection } from "./failure.ts";
import type { NumberedVariable } from "./names.ts";
import { Expect } from "./pending.ts";
import type { WaitOptions } from "./session.ts";

/** The eight reading verbs, as their methods are called. */
export type ReadingName = "fetch" | "fetchTry" | "find" | "findTry" | "ifetch" | "ifetchTry" | "ifind" | "ifindTry";

/** What can be asked for beyond one value, now or whenever it comes. */
export interface ReadRequest extends WaitOptions {
  readonly isOnLease?: boolean;
  /** How long a lease lasts; 0 and none: until it is ended. */
  readonly leaseLimitMs?: number;
  /** What to resolve with when a trying read finds nothing. */
  readonly missing?: unknown;
  /** Most values wanted: then the answer is a list. */
  readonly most?: number;
  /** Where to go on: then the answer is a list of `Positioned`, as it is with `isIteration`. */
  readonly after?: Position | undefined;
  readonly isIteration?: boolean;
  /** Told what was stored with each value, if anything was. */
  readonly onMetadata?: (metadata: string) => void;
  /** Takes the value piece by piece: then the answer is a `Streamed`. */
  readonly sink?: StreamSink;
}

/** Whether a verb waits for a value: the first of each pair does. */
function waits(name: ReadingName): boolean {
  return (Verb[name] & 1) === 0;
}

/** One value, with nothing special about it: the way that must be fast. */
export function readOne(
  exchange: Exchange,
  name: ReadingName,
  variable: NumberedVariable,
  missing: unknown,
): Promise<unknown> {
  const promise = exchange.begin<unknown>(name, Expect.value, variable.handle, variable);
  const { last, connection } = exchange;
  last.extra = missing;
  last.isWaiting = waits(name);
  const { writer } = connection;
  writer.beginFrame(last.request, Verb[name]);
  writer.u32(variable.number);
  writer.u8(0);
  writer.endFrame();
  connection.wake();
  return promise;
}

/** Any read. `operation`: the method's name, for messages. */
export function read(
  exchange: Exchange,
  name: ReadingName,
  operation: string,
  variable: NumberedVariable,
  how: ReadRequest,
): Promise<unknown> {
  const { signal, most, after, isOnLease = false, leaseLimitMs = 0, isIteration = false } = how;
  const where: Where = { operation, workspace: variable.handle.name, variable: variable.name };
  if (signal?.aborted) {
    return Promise.reject(aborted(signal, where));
  }
  let timeout: number;
  try {
    timeout = checkTimeout(how.timeout, where);
  } catch (error) {
    return rejection(error);
  }
  const promise = exchange.begin<unknown>(operation, expectOf(how), variable.handle, variable);
  const { last, connection } = exchange;
  last.isWaiting = waits(name);
  last.onMetadata = how.onMetadata;
  last.extra = most !== undefined || isIteration ? new Collected(isOnLease) : (how.sink ?? how.missing);
  const { writer } = connection;
  writer.beginFrame(last.request, Verb[name]);
  writer.u32(variable.number);
  writer.u8(
    (isOnLease ? ReadFlag.lease : 0) |
      (timeout > 0 ? ReadFlag.timeout : 0) |
      (most !== undefined ? ReadFlag.several : 0) |
      (after !== undefined ? ReadFlag.position : 0) |
      (leaseLimitMs > 0 ? ReadFlag.leaseLimit : 0) |
      (how.onMetadata !== undefined ? ReadFlag.metadata : 0),
  );
  if (timeout > 0) {
    writer.u32(timeout);
    last.deadlineAt = exchange.now() + timeout;
  }
  if (most !== undefined) {
    writer.u32(most);
  }
  if (after !== undefined) {
    writer.u64(after.variableId);
    writer.u64(after.index);
  }
  if (leaseLimitMs > 0) {
    writer.u32(leaseLimitMs);
  }
  writer.endFrame();
  connection.wake();
  if (signal !== undefined) {
    exchange.watch(last, signal);
  }
  return promise;
}

function expectOf(how: ReadRequest): Expect {
  if (how.sink !== undefined) {
    return Expect.stream;
  }
  if (how.isIteration === true) {
    return Expect.positioned;
  }
  return how.most !== undefined ? Expect.several : how.isOnLease === true ? Expect.lease : Expect.value;
}
