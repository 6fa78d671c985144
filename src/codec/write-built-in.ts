import { errorClasses, Major, Tag } from "./cbor-format.ts";
import { kindOf } from "./kinds.ts";
import { Step } from "./value-path.ts";
import type { ValueWriter } from "./value-writer.ts";

/** Writes what is an instance of one of JavaScript's own classes and returns true; false if `value` is something else. */
export function writeBuiltIn(writer: ValueWriter, value: object): boolean {
  const { output } = writer;
  switch (kindOf(value)) {
    case "Date":
      output.head(Major.tag, Tag.epoch);
      // Seconds: exact to the millisecond over the whole range of Date. An invalid date is NaN.
      output.number(Date.prototype.getTime.call(value) / 1000);
      return true;
    case "Map":
      writeMap(writer, value as ReadonlyMap<unknown, unknown>);
      return true;
    case "Set":
      writeSet(writer, value as ReadonlySet<unknown>);
      return true;
    case "Error":
      writeError(writer, value as Error);
      return true;
    case "RegExp":
      output.head(Major.tag, Tag.ecmaRegExp);
      output.head(Major.array, 2);
      output.text((value as RegExp).source);
      output.text((value as RegExp).flags);
      return true;
    case "URL":
      output.head(Major.tag, Tag.uri);
      output.text((value as URL).href);
      return true;
    case "ArrayBuffer":
      writer.generic("ArrayBuffer", 2);
      output.byteString(new Uint8Array(value as ArrayBuffer));
      return true;
    case "DataView": {
      const { buffer, byteOffset, byteLength } = value as DataView;
      writer.generic("DataView", 2);
      output.byteString(new Uint8Array(buffer, byteOffset, byteLength));
      return true;
    }
    case "Number":
      writer.generic("Number", 2);
      output.number(Number.prototype.valueOf.call(value));
      return true;
    case "String":
      writer.generic("String", 2);
      output.text(String.prototype.valueOf.call(value));
      return true;
    case "Boolean":
      writer.generic("Boolean", 2);
      writer.write(Boolean.prototype.valueOf.call(value as unknown as boolean));
      return true;
    case "BigInt":
      writer.generic("BigInt", 2);
      output.bigint(BigInt.prototype.valueOf.call(value));
      return true;
    case undefined:
      return false;
  }
}

function writeMap(writer: ValueWriter, map: ReadonlyMap<unknown, unknown>): void {
  const { size } = map;
  writer.output.head(Major.tag, Tag.map);
  writer.output.head(Major.map, size);
  writer.enter(Step.entry);
  let count = 0;
  for (const [key, value] of Map.prototype.entries.call(map) as MapIterator<[unknown, unknown]>) {
    // A getter inside it may change the map meanwhile: its count is already written.
    if (++count > size) {
      break;
    }
    writer.path.turn(Step.key, count - 1);
    writer.write(key);
    writer.path.turn(Step.entry, key);
    writer.write(value);
  }
  writer.leave();
  mustHaveStayed(writer, count === size);
}

function writeSet(writer: ValueWriter, set: ReadonlySet<unknown>): void {
  const { size } = set;
  writer.output.head(Major.tag, Tag.set);
  writer.output.head(Major.array, size);
  writer.enter(Step.member);
  let count = 0;
  for (const member of Set.prototype.values.call(set) as SetIterator<unknown>) {
    if (++count > size) {
      break;
    }
    writer.path.at(count - 1);
    writer.write(member);
  }
  writer.leave();
  mustHaveStayed(writer, count === size);
}

function mustHaveStayed(writer: ValueWriter, stayed: boolean): void {
  if (!stayed) {
    writer.refuse("it was changed by a getter while it was being stored");
  }
}

/**
 * 27([class, message, {name, stack, cause, errors, properties}]): what is absent or as the class has it is left out.
 * The own enumerable properties (`code`, `path`, ...) are apart, so that they can neither hide nor be hidden.
 */
function writeError(writer: ValueWriter, error: Error): void {
  const { output } = writer;
  const type = errorClassOf(error);
  const name: unknown = error.name;
  const message: unknown = error.message;
  const stack: unknown = error.stack;
  const properties = Object.keys(error).filter((key) => key !== "message" && key !== "stack");
  const isHidden = (key: string): boolean => key in error && !properties.includes(key);
  const hasName = typeof name === "string" && name !== type && isHidden("name");
  const hasCause = Object.hasOwn(error, "cause") && isHidden("cause");
  const hasErrors = type === "AggregateError" && isHidden("errors");
  const fields = [hasName, typeof stack === "string", hasCause, hasErrors, properties.length > 0];

  writer.generic(type, 3);
  output.text(typeof message === "string" ? message : "");
  output.head(Major.map, fields.filter(Boolean).length);
  if (hasName) {
    output.text("name");
    output.text(name);
  }
  if (typeof stack === "string") {
    output.text("stack");
    output.text(stack);
  }
  writer.enter(Step.property, 2);
  if (hasCause) {
    output.text("cause");
    writer.path.at("cause");
    writer.write(error.cause);
  }
  if (hasErrors) {
    output.text("errors");
    writer.path.at("errors");
    writer.write((error as AggregateError).errors);
  }
  writer.leave(2);
  if (properties.length > 0) {
    output.text("properties");
    writer.properties(error, properties, 3);
  }
}

function errorClassOf(error: Error): string {
  const names = Object.keys(errorClasses) as (keyof typeof errorClasses)[];
  const own = names.find((name) => error instanceof errorClasses[name]);
  // An error of another realm is no instance of ours: its name tells most of them.
  return own ?? names.find((name) => name === error.name) ?? "Error";
}
