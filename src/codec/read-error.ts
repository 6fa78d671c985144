import type { errorClasses } from "./cbor-format.ts";
import type { GenericArguments } from "./read-generic-object.ts";

type ErrorClass = (typeof errorClasses)[keyof typeof errorClasses];

/**
 * 27([class, message, {name, stack, cause, errors, properties}]); all after the class may be absent, and whatever is not
 * of the right type is passed over: a damaged error is still an error worth seeing.
 */
export function readError(Class: ErrorClass, args: GenericArguments, slot: number): Error {
  // Made before its parts are read, because its cause or a property may refer to it.
  const error = withoutTrace(() =>
    Class === AggregateError ? new AggregateError([]) : new (Class as ErrorConstructor)(),
  );
  args.reader.share(slot, error);
  const message = args.next();
  const text = typeof message === "string" ? message : "";
  define(error, "message", text);
  // Where it was decoded is of no interest to anybody.
  define(error, "stack", text === "" ? error.name : `${error.name}: ${text}`);
  const details = args.next();
  if (typeof details === "object" && details !== null) {
    addDetails(error, details);
  }
  return error;
}

function addDetails(error: Error, details: object): void {
  const { name, stack, cause, errors, properties } = own(details);
  if (typeof name === "string") {
    define(error, "name", name);
  }
  if (typeof stack === "string") {
    define(error, "stack", stack);
  }
  if (Object.hasOwn(details, "cause")) {
    define(error, "cause", cause);
  }
  if (error instanceof AggregateError && Array.isArray(errors)) {
    define(error, "errors", errors);
  }
  if (typeof properties === "object" && properties !== null) {
    for (const [key, value] of Object.entries(properties)) {
      define(error, key, value, true);
    }
  }
}

/** A view of received fields that finds no inherited ones. */
function own(object: object): Partial<Record<string, unknown>> {
  return { __proto__: null, ...object };
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}

/** Makes an error without looking at the stack, which takes ten times as long as all else and is not wanted here. */
function withoutTrace<T>(make: () => T): T {
  const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  if (limit?.writable !== true) {
    return make();
  }
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit.value as number;
  }
}
