// Values between TypeScript and the Python client, both ways: what Python makes of them, and what comes back.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { PythonProgram, hasPython } from "./python.ts";

const shared = { x: 1 };
const ring: unknown[] = ["ring"];
ring.push(ring);

/** A value of JavaScript, what Python shows of it, and what Python's value is here again (the same unless another is given). */
const values: readonly (readonly [value: unknown, python: string, back?: unknown])[] = [
  ["größer 🙂", "'größer 🙂'"],
  ["", "''"],
  [Uint8Array.of(0, 255), "b'\\x00\\xff'"],
  [42, "42"],
  [-1, "-1"],
  [2 ** 53 - 1, "9007199254740991"],
  [2 ** 60, "1.152921504606847e+18"],
  [0.1, "0.1"],
  [-0, "-0.0"],
  [NaN, "nan"],
  [-Infinity, "-inf"],
  [2n ** 80n, "1208925819614629174706176"],
  [-(2n ** 64n) - 1n, "-18446744073709551617"],
  [true, "True"],
  [null, "None"],
  [undefined, "None", null],
  [[1, [2, "three"], []], "[1, [2, 'three'], []]"],
  [{ name: "Ada", age: 36, tags: { a: null } }, "{'name': 'Ada', 'age': 36, 'tags': {'a': None}}"],
  [
    new Map<unknown, unknown>([
      [1, "one"],
      [2.5, "x"],
    ]),
    "{1: 'one', 2.5: 'x'}",
  ],
  [new Set([1, 2]), "{1, 2}"],
  [
    new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 789)),
    "datetime.datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc)",
  ],
  [Float64Array.of(0.5, -1), "array('d', [0.5, -1.0])"],
  [Float32Array.of(0.5), "array('f', [0.5])"],
  [Int32Array.of(-1, 7), "array('i', [-1, 7])"],
  [Uint16Array.of(65535), "array('H', [65535])"],
  [BigInt64Array.of(-1n), "array('q', [-1])"],
  [[shared, shared], "[{'x': 1}, {'x': 1}]"],
  [/a+/gi, "Tagged(tag=21066, value=['a+', 'gi'])"],
  [new URL("https://example.org/"), "Tagged(tag=32, value='https://example.org/')"],
  ["half \ud800", "'half \\ud800'", undefined],
];

describe.runIf(hasPython)("values between TypeScript and Python", () => {
  let server: RunningServer;
  let ws: NetWorkSpace;

  beforeAll(async () => {
    server = await startServer({ port: 0 });
    ws = new NetWorkSpace("table", { serverPort: server.port });
  });

  afterAll(async () => {
    await ws.close();
    await server.stop();
  });

  it("are the same on both sides", async () => {
    const storable = values.filter(([value]) => value !== "half \ud800");
    await using echo = new PythonProgram([
      "from networkspaces import NetWorkSpace",
      `with NetWorkSpace("table", port=${server.port}, useUse=True) as ws:`,
      `    for _ in range(${values.length}):`,
      '        value = ws.fetch("there")',
      '        ws.store("shown", ascii(value) if str(value).startswith("half") else repr(value))',
      '        if not str(value).startswith("half"):',
      '            ws.store("back", value)',
    ]);
    for (const [value] of values) {
      await ws.store("there", value);
    }
    for (const [, python] of values) {
      expect(await ws.fetch("shown")).toBe(python);
    }
    for (const [value, , back = value] of storable) {
      expect(await ws.fetch("back")).toStrictEqual(value === undefined ? null : back);
    }
    await echo.printed;
  });

  it("may be inside themselves", async () => {
    await ws.store("there", ring);
    await using program = new PythonProgram([
      "from networkspaces import NetWorkSpace",
      `with NetWorkSpace("table", port=${server.port}, useUse=True) as ws:`,
      '    ring = ws.fetch("there")',
      "    print(ring[0], ring[1] is ring)",
    ]);
    expect(await program.printed).toBe("ring True\n");
  });

  it("of Python's own kinds are those of JavaScript that come next to them", async () => {
    await using program = new PythonProgram([
      "import datetime",
      "from array import array",
      "from networkspaces import NetWorkSpace",
      `with NetWorkSpace("table", port=${server.port}, useUse=True) as ws:`,
      "    day = datetime.datetime(2026, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))",
      "    for value in ((1, 2), {1: 'a'}, frozenset([1]), 3.0, day, memoryview(array('d', [1])), bytearray(b'ab'), 10**18):",
      '        ws.store("back", value)',
    ]);
    await program.printed;
    const expected = [
      [1, 2],
      new Map([[1, "a"]]),
      new Set([1]),
      3,
      new Date("2026-02-02T23:00:00Z"),
      Float64Array.of(1),
      Uint8Array.of(97, 98),
      10n ** 18n,
    ];
    for (const value of expected) {
      expect(await ws.fetch("back")).toStrictEqual(value);
    }
  });

  it("of many megabytes travel too", async () => {
    await using program = new PythonProgram([
      "from networkspaces import NetWorkSpace",
      `with NetWorkSpace("table", port=${server.port}, useUse=True) as ws:`,
      '    large = ws.fetch("there")',
      '    ws.store("back", large[::-1])',
    ]);
    const large = new Uint8Array(32 * 1024 * 1024);
    large[1] = 7;
    await ws.store("there", large);
    const back = await ws.fetch<Uint8Array>("back");
    expect([back.length, back.at(-2)]).toEqual([large.length, 7]);
    await program.printed;
  });

  it("come from waiting TypeScript to waiting Python and back", async () => {
    await using program = new PythonProgram([
      "from networkspaces import NetWorkSpace",
      `with NetWorkSpace("table", port=${server.port}, useUse=True) as ws:`,
      '    for n in ws.ifetch("numbers"):',
      '        ws.store("cubes", n ** 3)',
      "        if n == 9: break",
    ]);
    const cubes = Array.from({ length: 10 }, () => ws.fetch<number>("cubes"));
    await ws.storeAll("numbers", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await Promise.all(cubes)).toEqual([0, 1, 8, 27, 64, 125, 216, 343, 512, 729]);
    await program.printed;
  });
});

it.skipIf(hasPython)(
  "NOT RUN: values between TypeScript and Python, because there is no python3 here",
  () => undefined,
);
