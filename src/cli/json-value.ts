/**
 * A value as JSON can say it. What JSON has no words for becomes the nearest thing that other programs can use:
 *
 * | value | JSON |
 * | --- | --- |
 * | `undefined`, NaN, infinities | null |
 * | BigInt | its digits, as a string |
 * | Date | ISO 8601, null when invalid |
 * | bytes (`Uint8Array`, `ArrayBuffer`, `DataView`) | base64, as a string |
 * | numeric array | an array of numbers |
 * | Map | an object when every key is a string, else an array of pairs |
 * | Set | an array |
 * | Error | an object with name, message, code and cause |
 * | RegExp, URL | their text |
 * | an object inside itself | "[Circular]" |
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(jsonValue(value, []));
}

function jsonValue(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return value.toString();
    case "object":
      break;
    default:
      return null;
  }
  if (value === null) {
    return null;
  }
  if (above.includes(value)) {
    return "[Circular]";
  }
  return jsonObject(value, [...above, value]);
}

function jsonObject(value: object, above: readonly object[]): unknown {
  const inside = (part: unknown): unknown => jsonValue(part, above);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value.toISOString();
  }
  if (value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof DataView) {
    return base64(value);
  }
  if (ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as Iterable<number | bigint>, inside);
  }
  if (Array.isArray(value) || value instanceof Set) {
    return Array.from(value as Iterable<unknown>, inside);
  }
  if (value instanceof Map) {
    const pairs = Array.from(value as Map<unknown, unknown>);
    return pairs.every(([key]) => typeof key === "string")
      ? fromPairs(pairs.map(([key, part]) => [key as string, inside(part)]))
      : pairs.map(([key, part]) => [inside(key), inside(part)]);
  }
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const code = "code" in value ? { code: inside(value.code) } : {};
    return { name, message, ...code, ...(cause === undefined ? {} : { cause: inside(cause) }) };
  }
  if (value instanceof RegExp || value instanceof URL) {
    return value.toString();
  }
  return fromPairs(Object.entries(value).map(([key, part]: [string, unknown]) => [key, inside(part)]));
}

/** Own properties only: a key `__proto__` is a key like any other. */
function fromPairs(pairs: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(pairs);
}

function base64(bytes: Uint8Array | ArrayBuffer | DataView): string {
  const buffer =
    bytes instanceof ArrayBuffer ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString("base64");
}
