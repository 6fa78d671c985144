import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { RemoteError } from "../messages.ts";

const MAX_CAUSES = 16;
const MAX_ERRORS = 100;

/** Where the worker's own files are: of its source, of the built package, and of what that was built from. As URLs and, for mapped stacks, as paths. */
const ownFolders = [".", "../src/sleigh/"]
  .map((folder) => new URL(folder, import.meta.url))
  .flatMap((folder) => [folder.href, fileURLToPath(folder)]);

const builtInNames = new Set([
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);

/** Whatever was thrown, as data. */
export function describeThrown(thrown: unknown, depth = 0): RemoteError {
  try {
    return isError(thrown) ? describeError(thrown, depth) : describeValue(thrown);
  } catch {
    // A getter or a `toString` that throws.
    return bare("Error", "something was thrown that cannot be described");
  }
}

function describeError(error: Error, depth: number): RemoteError {
  const { cause, code, errors } = error as Error & Readonly<Record<"cause" | "code" | "errors", unknown>>;
  const isDeep = depth >= MAX_CAUSES;
  return {
    name: nameOf(error),
    message: textOf(error.message),
    stack: typeof error.stack === "string" ? ownStack(error.stack) : undefined,
    cause: cause === undefined || isDeep ? undefined : describeThrown(cause, depth + 1),
    errors:
      Array.isArray(errors) && !isDeep
        ? errors.slice(0, MAX_ERRORS).map((each: unknown) => describeThrown(each, depth + 1))
        : undefined,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
  };
}

/** The class says more than a `name` that it forgot to set. */
function nameOf(error: Error): string {
  const own = textOf(error.name);
  const constructor: unknown = error.constructor;
  const className = typeof constructor === "function" ? constructor.name : "";
  return className !== "" && builtInNames.has(own) ? className : own;
}

/** Whatever somebody has assigned to a property that should be a text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : inspect(value, { depth: 0 });
}

function describeValue(thrown: unknown): RemoteError {
  const name = thrown === null ? "null" : typeof thrown;
  if (typeof thrown !== "object" || thrown === null) {
    return bare(name, String(thrown));
  }
  const { message } = thrown as { readonly message?: unknown };
  return bare(name, typeof message === "string" ? message : inspect(thrown, { depth: 2, breakLength: Infinity }));
}

function bare(name: string, message: string): RemoteError {
  return { name, message, stack: undefined, cause: undefined, errors: undefined, code: undefined };
}

/** The stack without the worker's frames at its bottom, which called the user's. */
function ownStack(stack: string): string {
  const lines = stack.split("\n");
  while (lines.length > 1 && isOwnFrame(lines.at(-1)!)) {
    lines.pop();
  }
  return lines.join("\n");
}

function isOwnFrame(line: string): boolean {
  const isFrame = line.trimStart().startsWith("at ");
  return isFrame && (/\(node:[\w/]+:\d+:\d+\)$/.test(line) || ownFolders.some((folder) => line.includes(folder)));
}

/** Also an error of another realm (`vm`), which is no instance of this one's class. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}
