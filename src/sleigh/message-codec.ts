import { decode, Descriptor, encode, type Encoded } from "../codec/index.ts";
import type { JobSpec, Packed, PartMessage, ResultMessage, SpecSource, TaskFailure, TaskMessage } from "./messages.ts";

/*
 * The two messages that come for every chunk travel as lists, the others as they are: names of fields would be most of a small one, and
 * to read them most of the work. What ends such a list and has its usual value is left out.
 */
const TASKS = 1;
const RESULT = 2;

const nothing: readonly never[] = [];

type Compact<K extends number, F extends readonly unknown[]> = readonly [kind: K, ...fields: F];

type CompactPacked = readonly [
  value: unknown,
  parts?: readonly string[],
  inline?: readonly PartMessage[],
  stored?: string,
];

type CompactTasks = Compact<
  typeof TASKS,
  readonly [
    job: number,
    chunk: number,
    spec: SpecSource,
    first: number,
    count: number,
    isRows: boolean,
    args: unknown,
    numbers?: readonly number[],
  ]
>;

type CompactResult = Compact<
  typeof RESULT,
  readonly [
    job: number,
    chunk: number,
    rank: number,
    token: string,
    elapsedMs: number,
    values: unknown,
    failures?: readonly TaskFailure[],
    unrun?: readonly number[],
  ]
>;

/** Throws a SerializationFault when the codec does. */
export function encodeMessage(message: object): Encoded {
  const { kind } = message as { readonly kind?: string };
  if (kind === "tasks") {
    const { job, chunk, spec, first, count, layout, args, numbers } = message as TaskMessage;
    const fields: CompactTasks = [TASKS, job, chunk, spec, first, count, layout === "rows", compactPacked(args)];
    return encode(numbers === undefined ? fields : [...fields, numbers]);
  }
  if (kind === "result") {
    const { job, chunk, rank, token, elapsedMs, values, failures, unrun } = message as ResultMessage;
    const fields: CompactResult = [RESULT, job, chunk, rank, token, elapsedMs, compactPacked(values)];
    return encode(failures.length === 0 && unrun.length === 0 ? fields : [...fields, failures, unrun]);
  }
  return encode(message);
}

/** Throws a DeserializationFault when the codec does. */
export function decodeMessage(descriptor: number, bytes: Uint8Array): unknown {
  const value = decode(descriptor, bytes);
  if (!Array.isArray(value)) {
    return value;
  }
  return value[0] === TASKS ? tasks(value as unknown as CompactTasks) : result(value as unknown as CompactResult);
}

/** Of a SpecSource, or of the part that it names. */
export function decodeSpec(bytes: Uint8Array): JobSpec {
  return decode(Descriptor.value, bytes) as JobSpec;
}

function tasks([, job, chunk, spec, first, count, isRows, args, numbers]: CompactTasks): TaskMessage {
  const layout = isRows ? "rows" : "columns";
  return { kind: "tasks", job, chunk, spec, first, count, numbers, args: fullPacked(args), layout };
}

function result(fields: CompactResult): ResultMessage {
  const [, job, chunk, rank, token, elapsedMs, values, failures = nothing, unrun = nothing] = fields;
  return { kind: "result", job, chunk, rank, token, values: fullPacked(values), failures, unrun, elapsedMs };
}

function compactPacked({ value, parts, inline, stored }: Packed): CompactPacked {
  return parts.length === 0 && inline.length === 0 && stored === undefined
    ? [value]
    : stored === undefined
      ? [value, parts, inline]
      : [value, parts, inline, stored];
}

function fullPacked(fields: unknown): Packed {
  const [value, parts = nothing, inline = nothing, stored] = fields as CompactPacked;
  return stored === undefined ? { value, parts, inline } : { value, parts, inline, stored };
}
