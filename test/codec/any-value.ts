import fc from "fast-check";

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.string({ minLength: 60, maxLength: 300 }),
  // Lone surrogates among other characters.
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 10 }).map((codes) => String.fromCharCode(...codes)),
);

const anyKey = fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "toString", "0", "1", ""));

const anyNumber = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 2 ** 32, 2 ** -24, 5e-324, 65504, 65505),
);

const anyTypedArray = fc
  .tuple(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(
      Uint8Array,
      Uint8ClampedArray,
      Uint16Array,
      Uint32Array,
      BigUint64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      BigInt64Array,
      Float32Array,
      Float64Array,
    ),
  )
  .map(([bytes, Class]) => new Class(bytes.slice(0, bytes.length - (bytes.length % Class.BYTES_PER_ELEMENT)).buffer));

const anyLeaf: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  anyNumber,
  fc.constantFrom(null, undefined, true, false),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
  // Node finds two invalid dates unequal; they have a test of their own.
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(/a+/, /\/[/\]"]/giu, new URL("https://example.org/a?b#c")),
  anyTypedArray,
  fc.uint8Array({ maxLength: 100 }).map((bytes) => bytes.slice().buffer),
  fc.uint8Array().map((bytes) => new DataView(bytes.slice().buffer)),
  anyNumber.map((number): unknown => Object(number)),
  anyText.map((text): unknown => Object(text)),
);

/** An own property whatever its name, as JSON.parse makes it. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

function errorOf([Class, message, cause, code]: readonly [ErrorConstructor, string, unknown, unknown]): Error {
  return Object.assign(new Class(message, { cause }), { code });
}

/** Every kind of value that can be stored, nested in every kind of container. */
export const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    anyLeaf,
    fc.array(tie("value")),
    fc.array(fc.tuple(anyKey, tie("value"))).map(objectOf),
    fc.array(fc.tuple(tie("value"), tie("value"))).map((entries) => new Map(entries)),
    fc.array(tie("value")).map((members) => new Set(members)),
    fc.tuple(fc.constantFrom(Error, TypeError, RangeError), anyText, tie("value"), tie("value")).map(errorOf),
    fc.sparseArray(tie("value"), { maxLength: 30 }),
  ),
})).value;
