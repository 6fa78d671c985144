import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ForeignValue } from "../../../src/codec/index.ts";
import { bytes, float, list, map, opaque, parseSpecimens, readAs, scalar, specimensOf } from "./fixtures.ts";

function array(elements: string, shape: number[], data: unknown, more: object = {}): ForeignValue {
  return { kind: "array", type: "numpy.ndarray", elements, shape, order: "row", data, ...more } as ForeignValue;
}

function object(type: string, args: ForeignValue[], fields: [string, ForeignValue][], more: object = {}): ForeignValue {
  return { kind: "object", type, args, fields, ...more };
}

/** Where Python itself writes something else in protocols 0 and 1, or 2, that stands here too. */
const expected: Record<string, ForeignValue | Record<string, ForeignValue>> = {
  constants: list("list", null, true, false),
  "whole numbers": list(
    "list",
    ...[0, 255, 256, 65535, 65536, -1, -129, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1],
    2n ** 53n,
    -(2n ** 70n),
    10n ** 30n,
  ),
  "very long whole number": {
    0: scalar("int", String(-(2n ** 9000n))),
    1: scalar("int", String(-(2n ** 9000n))),
    2: scalar("int", `-0x${(2n ** 9000n).toString(16)}`),
  },
  floats: list("list", ...[1, -1.5, 1e300, Infinity, -Infinity, NaN].map(float)),
  texts: list("list", "", "text", "größer", "line\nline\\u0041", "\u{1f600}", "\ud800"),
  bytes: list(
    "list",
    bytes("bytes"),
    bytes("bytes", 0, 255),
    bytes("bytes", 97, 115, 99, 105, 105),
    bytes("bytearray", 97, 98),
  ),
  containers: list(
    "tuple",
    list("tuple"),
    list("tuple", 1),
    list("tuple", 1, 2),
    list("tuple", 1, 2, 3),
    list("tuple", 1, 2, 3, 4),
    list("list"),
    list("list", list("list")),
    map("dict"),
    map("dict", ["a", map("dict", [1, 2])]),
    list("set", 5),
    list("frozenset", 6),
  ),
  "cyclic list": { kind: "list", type: "list", items: [1, { kind: "reference", id: 1 }], id: 1 },
  "cyclic instance": object(
    "__main__.Plain",
    [],
    [
      ["x", map("dict", ["me", { kind: "reference", id: 1 }])],
      ["y", null],
    ],
    { id: 1 },
  ),
  shared: list(
    "list",
    { kind: "list", type: "list", items: [5], id: 1 },
    { kind: "reference", id: 1 },
    map("dict", ["s", { kind: "reference", id: 1 }]),
  ),
  instances: {
    0: instances("xrange", "exceptions.ValueError", [list("list", 1, 2)]),
    3: instances("range", "ValueError"),
  },
  names: list(
    "list",
    { kind: "name", type: "global", name: "len" },
    { kind: "name", type: "global", name: "__main__.Plain" },
  ),
  times: list(
    "list",
    scalar("datetime.datetime", "2024-02-03 04:05:06.000007"),
    scalar("datetime.datetime", "2024-02-03 00:00:00+00:00"),
    scalar("datetime.datetime", "2024-02-03 00:00:00+05:30"),
    scalar("datetime.date", "1999-12-31"),
    scalar("datetime.time", "01:02:00"),
    scalar("datetime.timedelta", "-1 day, 0:00:05.000003"),
    scalar("datetime.timedelta", "2 days, 0:00:00"),
  ),
  numbers: list(
    "list",
    scalar("decimal.Decimal", "1.50"),
    scalar("fractions.Fraction", "-1/3"),
    { kind: "complex", re: 1, im: 2 },
    scalar("uuid.UUID", "00000000-0000-0000-0000-000000000005"),
  ),
  collections: list(
    "list",
    map("collections.OrderedDict", ["a", 1]),
    {
      kind: "map",
      type: "collections.defaultdict",
      entries: [["k", list("list", 1)]],
      attributes: [["default_factory", { kind: "name", type: "global", name: "list" }]],
    },
    { kind: "list", type: "collections.deque", items: [1, 2], attributes: [["maxlen", 5]] },
    list("collections.deque", 3),
    map("collections.Counter", ["a", 2], ["b", 1]),
  ),
  "numpy arrays": list(
    "list",
    array("int32", [2, 3], Int32Array.of(0, 1, 2, 3, 4, 5)),
    array("float64", [2], Float64Array.of(1.5, 2)),
    array("uint64", [2], BigUint64Array.of(1n, 2n)),
    array("float16", [1], halves(1.5)),
    array("U2", [2], ["ab", "c"]),
    array("S2", [1], ["ab"]),
    array("complex128", [2], Float64Array.of(1, 3), { imaginary: Float64Array.of(2, 0) }),
    array("bool", [2], Uint8Array.of(1, 0)),
    array("datetime64[D]", [1], BigInt64Array.of(19723n)),
    array("object", [2], [null, 1]),
    array("float64", [2, 2], Float64Array.of(1, 0, 0, 1), { order: "column" }),
    array("float64", [0, 3], new Float64Array()),
    array("int64", [], BigInt64Array.of(5n)),
  ),
  "numpy scalars": list(
    "list",
    scalar("numpy.float64", "2.5"),
    scalar("numpy.int8", "-3"),
    scalar("numpy.bool", "True"),
    scalar("numpy.complex128", "(1, 2)"),
  ),
  slots: object("__main__.Slots", [], [["a", 3]]),
  persistent: list("list", opaque("persistent object", "key 1")),
  "outside buffer": opaque("buffer", "bytes that did not travel with the pickle"),
};

function instances(range: string, error: string, ownListArgs: ForeignValue[] = []): ForeignValue {
  return list(
    "list",
    object(
      "__main__.Plain",
      [],
      [
        ["x", 1],
        ["y", list("list", float(1), 2)],
      ],
    ),
    object("__main__.OwnList", ownListArgs, [["z", 4]], ownListArgs.length === 0 ? { items: [1, 2] } : {}),
    object("__main__.Point", [1, 2], []),
    object("__main__.Color", [1], []),
    object("__main__.OwnState", [], [["__setstate__", 7]]),
    object(range, [0, 3, 1], []),
    object(error, ["x", 3], []),
  );
}

function halves(...values: number[]): unknown {
  const { Float16Array } = globalThis as { Float16Array?: { of(...values: number[]): unknown } };
  return Float16Array === undefined ? Float32Array.from(values) : Float16Array.of(...values);
}

/** What is expected in a protocol: of the highest that is not above it, where they differ. */
function expectedIn(name: string, protocol: number): ForeignValue | undefined {
  const all = expected[name];
  if (typeof all !== "object" || all === null || "kind" in all) {
    return all as ForeignValue | undefined;
  }
  const highest = Math.max(
    ...Object.keys(all)
      .map(Number)
      .filter((each) => each <= protocol),
  );
  return all[highest];
}

describe("pickles of Python 3.11, as they are in fixtures/", () => {
  test.each(specimensOf("python").filter(({ name }) => name in expected))(
    "$name, protocol $variant",
    ({ name, variant, bytes: pickle }) => {
      const value = readAs("python", pickle);
      const wanted = expectedIn(name, Number(variant));
      // Before protocol 2 an own list is made from its items, and they stand in its arguments.
      if (name === "instances" && variant === "2") {
        expect(value).toEqual(instances("xrange", "exceptions.ValueError"));
      } else {
        expect(value).toEqual(wanted);
      }
    },
  );

  test("keywords of __new__ are fields", () => {
    const pickle = specimensOf("python").find(({ name, variant }) => name === "keywords" && variant === "4")!;
    expect(readAs("python", pickle.bytes)).toEqual(object("__main__.Keywords", [], [["k", 5]]));
  });

  test("an array of structures is shown as the instance that it is", () => {
    for (const { bytes: pickle } of specimensOf("python").filter(({ name }) => name === "numpy structure")) {
      const value = readAs("python", pickle);
      expect(value).toMatchObject({ kind: "object" });
      expect((value as { type: string }).type).toMatch(
        /^numpy\._core\.(multiarray\._reconstruct|numeric\._frombuffer)$/,
      );
    }
  });
});

test.runIf(hasPython())("what the Python that is here writes is read alike", () => {
  const program = fileURLToPath(new URL("fixtures/python-values.py", import.meta.url));
  const { stdout, status } = spawnSync("python3", [program], { encoding: "utf8", maxBuffer: 2 ** 26 });
  expect(status).toBe(0);
  // Some details are of the version of Python or numpy; what is no instance of a class is the same in all.
  const names = [
    "constants",
    "whole numbers",
    "floats",
    "texts",
    "bytes",
    "containers",
    "cyclic list",
    "shared",
    "times",
  ];
  const specimens = parseSpecimens(stdout).filter(({ name }) => names.includes(name));
  expect(specimens).toHaveLength(names.length * 6);
  for (const { name, variant, bytes: pickle } of specimens) {
    expect(readAs("python", pickle), `${name}, protocol ${variant}`).toEqual(expectedIn(name, Number(variant)));
  }
});

function hasPython(): boolean {
  const { stdout } = spawnSync("python3", ["-c", "import sys; print(sys.version_info >= (3, 8))"], {
    encoding: "utf8",
  });
  // (Undefined where there is no such program.)
  return (stdout as string | undefined)?.trim() === "True";
}

describe("pickles by hand", () => {
  function read(text: string): ForeignValue | undefined {
    return readAs(
      "python",
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
  }

  test.each([
    [
      "opcodes of Python 2: INST",
      "(S'it''s'\ni__main__\nOld\n(dS'a'\nI1\nsb.",
      object("__main__.Old", ["it''s"], [["a", 1]]),
    ],
    ["OBJ", "(c__main__\nOld\nK\x05o.", object("__main__.Old", [5], [])],
    ["a str that is no text", "U\x02\xff\x00.", bytes("str", 255, 0)],
    ["escapes in a str", "S'a\\n\\x41\\101\\''\n.", "a\nAA'"],
    ["escapes in unicode", "V\\u0041\\U0001f600\\q\n.", "A\u{1f600}\\q"],
    ["booleans of protocol 0", "(lI01\naI00\na.", list("list", true, false)],
    ["LONG with an L", "L-5L\n.", -5],
    ["DUP, POP, POP_MARK", "(NN1K\x01K\x022\x86.", list("tuple", 2, 2)],
    ["an extension", "\x82\x05.", { kind: "name", type: "global", name: "copyreg extension.5" }],
    ["what comes after STOP is not looked at", "N.garbage", null],
    [
      "a class out of a call: a method",
      "c__builtin__\ngetattr\nczoneinfo\nZoneInfo\nS'_unpickle'\n\x86RS'UTC'\n\x85R.",
      object("zoneinfo.ZoneInfo._unpickle", ["UTC"], []),
    ],
    ["what a call returns is called", "cf\ng\n)R)R.", object("?", [], [["made by", object("f.g", [], [])]])],
  ])("%s", (_, text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    ["nothing at all", "", 0],
    ["no STOP", "N", 1],
    ["STOP and nothing on the stack", ".", 1],
    ["an opcode that does not exist", "\xff.", 1],
    ["a mark is missing", "t.", 1],
    ["taking from below a mark", "N(a.", 3],
    ["something that was not remembered", "h\x01.", 2],
    ["appending to a number", "K\x01N0K\x01Na.", 8],
    ["a dict with a key alone", "(Nd.", 3],
    ["calling a text", "S'os'\n)R.", 8],
    ["a negative length", "T\xff\xff\xff\xff.", 5],
    ["a frame longer than the pickle", "\x95\x00\x00\x00\x00\x00\x00\x00\x10.", 9],
    ["a number that is none", "I1x\n.", 4],
    ["text that is not UTF-8", "\x8c\x01\xff.", 3],
  ])("%s is a fault with its place", (_, text, offset) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: "ForeignFault", code: "damaged", offset }));
  });

  test("a protocol that is not known is said to be that", () => {
    expect(() => read("\x80\x06N.")).toThrow(/protocol 6, and 5 is the newest/);
  });

  test("no class is looked up and nothing is called, whatever the names are", () => {
    const value = read("cos\nsystem\n(S'echo hello'\ntR.");
    expect(value).toEqual(object("os.system", ["echo hello"], []));
    expect(read("c__builtin__\n__proto__\n)R.")).toEqual(object("__proto__", [], []));
    expect(read("}S'__proto__'\n}S'polluted'\nI1\nss.")).toEqual(
      map("dict", ["__proto__", map("dict", ["polluted", 1])]),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

test("bytes are copies: the buffer may be used again", () => {
  const pickle = Uint8Array.from(Buffer.from("C\x02ab.", "latin1"));
  const value = readAs("python", pickle);
  pickle.fill(0xee);
  expect(value).toEqual(bytes("bytes", 97, 98));
});
