import { className, classTag } from "./kinds.ts";

/** Why an object of a class that the codec does not know cannot be stored; undefined if its own properties say it all. */
export function refusalOf(object: object): string | undefined {
  const tag = classTag(object);
  const name = className(object);
  if (tag === "Promise") {
    return "a promise cannot be stored; await it first";
  }
  if (tag === "WeakMap" || tag === "WeakSet" || tag === "WeakRef") {
    return `a ${tag} cannot be stored: nothing can list what it holds; use a Map, a Set or the object itself`;
  }
  if (isEmitter(object)) {
    return `an object that emits events (${name}: a socket, stream, process or handle) cannot be stored; store data`;
  }
  if (tag !== "Object" && Object.keys(object).length === 0) {
    return `an object of class ${name} cannot be stored: it does not show what it holds; store its contents`;
  }
  return undefined;
}

/** Why a function or a symbol cannot be stored. */
export function refusalOfPrimitive(value: unknown): string {
  return typeof value === "function"
    ? "a function cannot be stored; store the data that it works on"
    : `a ${typeof value} cannot be stored; store a string`;
}

function isEmitter(object: object): boolean {
  const { on, emit, addEventListener } = object as { on?: unknown; emit?: unknown; addEventListener?: unknown };
  return (typeof on === "function" && typeof emit === "function") || typeof addEventListener === "function";
}
