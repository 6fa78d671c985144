import { Script } from "node:vm";
import { decodeSpec } from "../message-codec.ts";
import type { JobSpec, SpecSource } from "../messages.ts";
import type { Realm } from "../shipping/rebuild/realm.ts";
import { type TaskTracing, taskTracing } from "./task-tracing.ts";
import { newRealm, type ShippedValues } from "./shipped-values.ts";

/** A function of the user's, whatever it takes. */
export type TaskFunction = (...args: readonly unknown[]) => unknown;

/** A job, ready to run. */
export interface Job {
  readonly spec: JobSpec;
  /** Called with the arguments of a task. */
  readonly run: TaskFunction;
  readonly fixed: readonly unknown[];
  /** The variables of the user's files that it sees; undefined for those of the worker. */
  readonly realm: Realm | undefined;
  /** Where the call is traced: what makes its tasks' spans. */
  readonly tracing: TaskTracing | undefined;
}

/** What stack traces call an expression's file. */
const EXPRESSION_FILE = "sleigh-expression";

/** So many jobs are kept; one that comes again after that is made again. */
const MAX_JOBS = 64;
/** And so many functions that use nothing but their arguments. */
const MAX_PURE = 256;

/** The jobs of a task thread: each is decoded and its function rebuilt once. */
export class JobTable {
  readonly #shipped: ShippedValues;
  /** Those used last are at the end. */
  readonly #jobs = new Map<number, Job>();
  /** By the hash of their first part. */
  readonly #pure = new Map<string, TaskFunction>();

  constructor(shipped: ShippedValues) {
    this.#shipped = shipped;
  }

  /** At once for a job that is known; else a promise, which rejects when the job cannot be made here. */
  job(number: number, source: SpecSource): Job | Promise<Job> {
    return this.#jobs.get(number) ?? this.#make(number, source);
  }

  #make(number: number, source: SpecSource): Job | Promise<Job> {
    const spec = decodeSpec(typeof source === "string" ? this.#shipped.part(source) : source);
    const { code, fixed } = spec;
    const pure = code.type === "invoke" && code.isPure === true ? this.#pure.get(code.fn.value as string) : undefined;
    if (pure !== undefined && isEmptyList(fixed.value) && spec.trace === undefined) {
      const realm = spec.freshModules ? newRealm() : undefined;
      return this.#keep(number, { spec, run: pure, fixed: [], realm, tracing: undefined });
    }
    return this.#build(number, spec);
  }

  async #build(number: number, spec: JobSpec): Promise<Job> {
    const realm = spec.freshModules ? newRealm() : undefined;
    const run = await this.#runnerOf(spec, realm);
    const fixed = (await this.#shipped.unpack(spec.fixed, realm)) as readonly unknown[];
    const tracing = spec.trace === undefined ? undefined : await taskTracing(spec.trace);
    return this.#keep(number, { spec, run, fixed, realm, tracing });
  }

  #keep(number: number, job: Job): Job {
    this.#jobs.set(number, job);
    if (this.#jobs.size > MAX_JOBS) {
      this.#jobs.delete(this.#jobs.keys().next().value!);
    }
    return job;
  }

  async #runnerOf({ code }: JobSpec, realm: Realm | undefined): Promise<TaskFunction> {
    if (code.type === "eval") {
      return expression(code.source);
    }
    const fn = await this.#shipped.unpackFunction(code.fn, realm);
    if (typeof fn !== "function") {
      throw new TypeError(`the job is no function but ${typeof fn}`);
    }
    if (code.type === "define") {
      return definition(fn as TaskFunction);
    }
    if (code.isPure === true && typeof code.fn.value === "string") {
      this.#pure.set(code.fn.value, fn as TaskFunction);
      if (this.#pure.size > MAX_PURE) {
        this.#pure.delete(this.#pure.keys().next().value!);
      }
    }
    return fn as TaskFunction;
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Evaluates the text with the arguments in `SleighArguments`. */
function expression(source: string): TaskFunction {
  // Not `new Function`: what it declares stays, as it would at a prompt.
  const script = new Script(source, { filename: EXPRESSION_FILE });
  return (...args) => {
    globalThis.SleighArguments = args;
    // Otherwise the line of the source is put before the stack of what it throws.
    return script.runInThisContext({ displayErrors: false }) as unknown;
  };
}

/** Calls `fn` once; what it returns are globals from then on. */
function definition(fn: TaskFunction): TaskFunction {
  let defined: Promise<void> | undefined;
  const define = async (args: readonly unknown[]): Promise<void> => {
    const names = await fn(...args);
    if (typeof names === "object" && names !== null) {
      Object.defineProperties(globalThis, asGlobals(names));
    }
  };
  return (...args) => (defined ??= define(args));
}

function asGlobals(names: object): PropertyDescriptorMap {
  const entries = Object.entries(names).map(([name, value]) => [name, globalProperty(value)] as const);
  return Object.fromEntries(entries);
}

/** How the value of a global is defined: as an assignment would, even over one that cannot be assigned to. */
export function globalProperty(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: true, configurable: true };
}
