import { Script } from "node:vm";
import { decode, Descriptor } from "../../codec/index.ts";
import type { JobSpec, SpecSource } from "../messages.ts";
import type { Realm } from "../shipping/rebuild/realm.ts";
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
}

/** What stack traces call an expression's file. */
const EXPRESSION_FILE = "sleigh-expression";

/** So many jobs are kept; one that comes again after that is made again. */
const MAX_JOBS = 64;

/** The jobs of a task thread: each is decoded and its function rebuilt once. */
export class JobTable {
  readonly #shipped: ShippedValues;
  /** Those used last are at the end. */
  readonly #jobs = new Map<number, Job>();

  constructor(shipped: ShippedValues) {
    this.#shipped = shipped;
  }

  /** At once for a job that is known; else a promise, which rejects when the job cannot be made here. */
  job(number: number, source: SpecSource): Job | Promise<Job> {
    return this.#jobs.get(number) ?? this.#make(number, source);
  }

  async #make(number: number, source: SpecSource): Promise<Job> {
    const spec = decodeSpec(typeof source === "string" ? this.#shipped.part(source) : source);
    const realm = spec.freshModules ? newRealm() : undefined;
    const run = await this.#runnerOf(spec, realm);
    const fixed = (await this.#shipped.unpack(spec.fixed, realm)) as readonly unknown[];
    const job: Job = { spec, run, fixed, realm };
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
    return code.type === "define" ? definition(fn as TaskFunction) : (fn as TaskFunction);
  }
}

export function decodeSpec(bytes: Uint8Array): JobSpec {
  return decode(Descriptor.value, bytes) as JobSpec;
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
