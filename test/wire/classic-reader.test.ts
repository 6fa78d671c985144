import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClassicEvent, ClassicReader, type ClassicReaderOptions, ProtocolFault } from "../../src/wire/index.ts";
import { bytesOf, cutBy, cuttings, textOf } from "./bytes-for-tests.ts";

const options: ClassicReaderOptions = {
  metadataIn: false,
  longValueBytes: 20,
  maxArguments: 6,
  maxArgumentBytes: 12,
  maxValueBytes: 50,
};

function argument(text: string): string {
  return String(text.length).padStart(20, "0") + text;
}

function request(...args: string[]): string {
  return String(args.length).padStart(4, "0") + args.map(argument).join("");
}

/** An event in a form that does not depend on how the bytes were cut; the pieces of a long value are joined. */
function noted(events: readonly ClassicEvent[]): unknown[] {
  const notes: unknown[] = [];
  let large: { kind: string; data: string } | undefined;
  for (const event of events) {
    switch (event.kind) {
      case "request": {
        const { metadata, args, value, refused } = event;
        notes.push({
          args,
          ...(metadata && { metadata: Object.fromEntries(metadata) }),
          ...(value && { value: textOf(value.bytes.subarray(value.start, value.end)) }),
          ...(refused && { refused: refused.code }),
        });
        break;
      }
      case "large":
        large = { ...event, data: "" };
        notes.push(large);
        break;
      case "data":
        large!.data += textOf(event.bytes);
        break;
      case "end":
        large!.kind = "ended";
        break;
    }
  }
  return notes;
}

function read(pieces: Iterable<Uint8Array>, settings = options): unknown[] {
  const reader = new ClassicReader(settings);
  const events: ClassicEvent[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let event = reader.next(); event !== undefined; event = reader.next()) {
      events.push(event);
    }
  }
  return noted(events);
}

/** What is read from `input`, the same in every cutting. */
function readAlways(input: string, settings = options): unknown[] {
  const whole = read([bytesOf(input)], settings);
  for (const pieces of cuttings(bytesOf(input))) {
    expect(read(pieces, settings)).toEqual(whole);
  }
  return whole;
}

describe("a classic reader", () => {
  test("reads a request from the bytes that the protocol page describes", () => {
    const bytes = "0003" + "00000000000000000005fetch" + "00000000000000000005table" + "00000000000000000001x";
    expect(readAlways(bytes)).toEqual([{ args: ["fetch", "table", "x"] }]);
  });

  test("reads requests that were sent ahead, one for each call", () => {
    const sent =
      request("list wss") + request("find", "w", "x") + request("store", "w", "x", "1", "va\0lue") + request("deadman");
    expect(readAlways(sent)).toEqual([
      { args: ["list wss"] },
      { args: ["find", "w", "x"] },
      { args: ["store", "w", "x", "1"], value: "va\0lue" },
      { args: ["deadman"] },
    ]);
  });

  test("stops after a request in the middle of a chunk, and goes on when asked", () => {
    const reader = new ClassicReader(options);
    reader.push(bytesOf(request("fetch", "w", "x") + request("fetch", "w", "y").slice(0, 30)));
    expect(noted([reader.next()!])).toEqual([{ args: ["fetch", "w", "x"] }]);
    expect(reader.hasUnread).toBe(true);
    reader.push(bytesOf(request("fetch", "w", "y").slice(30) + request("find", "w", "z")));
    expect(noted([reader.next()!])).toEqual([{ args: ["fetch", "w", "y"] }]);
    expect(noted([reader.next()!])).toEqual([{ args: ["find", "w", "z"] }]);
    expect(reader.next()).toBeUndefined();
    expect(reader.hasUnread).toBe(false);
  });

  test("arguments are bytes, whatever they are", () => {
    expect(readAlways(request("find", "\xff\xfe\0", "\t\n", ""))).toEqual([
      { args: ["find", "\xff\xfe\0", "\t\n", ""] },
    ]);
  });

  test("takes an empty value, an empty argument and no arguments at all", () => {
    expect(
      readAlways(request("store", "w", "x", "1", "") + request("") + request() + request("mktemp ws", "")),
    ).toEqual([
      { args: ["store", "w", "x", "1"], value: "" },
      { args: [""] },
      { args: [] },
      { args: ["mktemp ws", ""] },
    ]);
  });

  test("only a store of five arguments has a value", () => {
    const sent =
      request("store", "w", "x", "1") +
      request("store", "w", "x", "1", "v", "more") +
      request("ifind", "w", "x", "id", "-999");
    expect(readAlways(sent)).toEqual([
      { args: ["store", "w", "x", "1"] },
      { args: ["store", "w", "x", "1", "v", "more"] },
      { args: ["ifind", "w", "x", "id", "-999"] },
    ]);
  });

  test("a long value comes in pieces", () => {
    const sent =
      request("store", "w", "x", "1", "v".repeat(20)) +
      request("store", "w", "x", "1", "0123456789".repeat(5)) +
      request("list wss");
    expect(readAlways(sent)).toEqual([
      { args: ["store", "w", "x", "1"], value: "v".repeat(20) },
      { kind: "ended", metadata: undefined, args: ["store", "w", "x", "1"], length: 50, data: "0123456789".repeat(5) },
      { args: ["list wss"] },
    ]);
  });

  test("the pieces of a long value are views, as they came", () => {
    const sent = bytesOf(request("store", "w", "x", "1", "v".repeat(30)));
    const reader = new ClassicReader(options);
    reader.push(sent.subarray(0, sent.length - 10));
    expect(reader.next()?.kind).toBe("large");
    const data = reader.next();
    expect(data).toMatchObject({ kind: "data" });
    expect(data?.kind === "data" && data.bytes.buffer).toBe(sent.buffer);
    expect(reader.next()).toBeUndefined();
    reader.push(sent.subarray(sent.length - 10));
    expect(reader.next()?.kind).toBe("data");
    expect(reader.next()?.kind).toBe("end");
    expect(reader.heldBytes).toBe(0);
  });

  test("a value that was cut is handed over in a buffer of its own, of its own length", () => {
    const reader = new ClassicReader({ ...options, longValueBytes: 1e6, maxValueBytes: 1e6 });
    let value;
    for (const piece of cutBy(bytesOf(request("store", "w", "x", "1", "v".repeat(100_000))), [777])) {
      reader.push(piece);
      const event = reader.next();
      value = event?.kind === "request" ? event.value : value;
    }
    expect(value).toMatchObject({ start: 0, end: 100_000 });
    expect(value?.bytes.buffer.byteLength).toBe(100_000);
  });

  test("reads a dictionary before each request when that was agreed", () => {
    const sent = "0000" + request("list wss") + "0002" + "0001a0003\0\xffz" + "00000000" + request("find", "w", "x");
    expect(readAlways(sent, { ...options, metadataIn: true })).toEqual([
      { metadata: {}, args: ["list wss"] },
      { metadata: { a: "\0\xffz", "": "" }, args: ["find", "w", "x"] },
    ]);
  });

  describe("over a limit it stays in step, and says which verb to answer:", () => {
    const after = request("find", "w", "x");
    test.each([
      ["too many arguments", request("find", "1", "2", "3", "4", "5", "6"), ["find"], "too_many_arguments"],
      [
        "a store of too many arguments",
        request("store", "w", "x", "1", "v", "5", "6"),
        ["store"],
        "too_many_arguments",
      ],
      ["an argument too long", request("find", "w", "x".repeat(13), "y"), ["find", "w"], "name_too_long"],
      ["several too long", request("find", "w".repeat(99), "x".repeat(99)), ["find"], "name_too_long"],
      ["a verb too long", request("f".repeat(13), "w", "x"), [], "name_too_long"],
      [
        "a value too large",
        request("store", "w", "x", "1", "v".repeat(51)),
        ["store", "w", "x", "1"],
        "value_too_large",
      ],
      ["a value behind a name too long", request("store", "w".repeat(13), "x", "1", "v"), ["store"], "name_too_long"],
      [
        "a long value behind a name too long",
        request("store", "w".repeat(13), "x", "1", "v".repeat(30)),
        ["store"],
        "name_too_long",
      ],
      [
        "too many, and a verb too long",
        request("f".repeat(13), "1", "2", "3", "4", "5", "6"),
        [],
        "too_many_arguments",
      ],
    ])("%s", (_what, sent, args, refused) => {
      expect(readAlways(sent + after)).toEqual([{ args, refused }, { args: ["find", "w", "x"] }]);
    });

    test("at a limit it does not refuse", () => {
      const sent = request("find", "1", "2", "3", "4", "5") + request("f".repeat(12), "w".repeat(12));
      expect(readAlways(sent)).toEqual([
        { args: ["find", "1", "2", "3", "4", "5"] },
        { args: ["f".repeat(12), "w".repeat(12)] },
      ]);
    });
  });

  describe("faults at a count or length that is not decimal:", () => {
    test.each(["-001", "+001", " 001", "001 ", "1e00", "0x01", "1.00", "١", "\0\0\0\x01", "GET ", "000a", "\n000"])(
      "count %j",
      (count) => {
        expect(() => readAlways(count)).toThrow(ProtocolFault);
      },
    );

    test.each([
      "-0000000000000000001",
      "+0000000000000000001",
      "                   5",
      "0000000000000000000x",
      "0x000000000000000010",
      "9".repeat(20),
      "00009007199254740992",
    ])("length %j", (length) => {
      for (const pieces of cuttings(bytesOf("0001" + length))) {
        expect(() => read(pieces)).toThrow(ProtocolFault);
      }
    });

    test("and at a dictionary over its limits", () => {
      const settings = { ...options, metadataIn: true };
      for (const start of ["0101", "00014097", "0001-001", "x"]) {
        expect(() => read([bytesOf(start)], settings)).toThrow(ProtocolFault);
      }
    });

    test("after the requests before it", () => {
      const reader = new ClassicReader(options);
      reader.push(bytesOf(request("list wss") + "oops"));
      expect(noted([reader.next()!])).toEqual([{ args: ["list wss"] }]);
      expect(() => reader.next()).toThrow(ProtocolFault);
    });
  });

  describe("memory is for what has arrived:", () => {
    const wide = { ...options, longValueBytes: 2 ** 31, maxArgumentBytes: 2 ** 31, maxValueBytes: 2 ** 31 };

    test.each([
      ["an argument", "0001" + String(2 ** 30).padStart(20, "0")],
      ["a value", "0005" + ["store", "w", "x", "1"].map(argument).join("") + String(2 ** 30).padStart(20, "0")],
    ])("%s that announces 1 GiB and sends 10 bytes", (_what, start) => {
      const reader = new ClassicReader(wide);
      reader.push(bytesOf(start + "0123456789"));
      expect(reader.next()).toBeUndefined();
      expect(reader.heldBytes).toBeLessThanOrEqual(64);
      for (let i = 0; i < 10_000; i++) {
        reader.push(bytesOf("v"));
        reader.next();
      }
      expect(reader.heldBytes).toBeLessThanOrEqual(2 * 10_010);
    });

    test("what is skipped is not kept", () => {
      const reader = new ClassicReader(options);
      reader.push(bytesOf("0001" + String(2 ** 40).padStart(20, "0")));
      for (let i = 0; i < 1000; i++) {
        reader.push(new Uint8Array(100_000));
        expect(reader.next()).toBeUndefined();
      }
      expect(reader.heldBytes).toBe(0);
    });

    test("a chunk that was read is let go", () => {
      const reader = new ClassicReader(options);
      reader.push(bytesOf(request("list wss")));
      reader.next();
      reader.next();
      expect(reader.hasUnread).toBe(false);
    });
  });

  test("is linear in the bytes, drip by drip", () => {
    // A reader that began anew with each piece would look at 50 GB here.
    const wide = { ...options, longValueBytes: 1e7, maxValueBytes: 1e7 };
    const pieces = cutBy(bytesOf(request("store", "w", "x", "1", "v".repeat(1_000_000))), [10]);
    expect(read(pieces, wide)).toHaveLength(1);
  });

  test("many chunks may wait", () => {
    const reader = new ClassicReader(options);
    for (let i = 0; i < 200_000; i++) {
      reader.push(bytesOf("0000"));
    }
    let count = 0;
    while (reader.next() !== undefined) {
      count++;
    }
    expect(count).toBe(200_000);
  });

  test("reads any requests in any cutting", () => {
    const text = fc.string({ maxLength: 10, unit: "binary-ascii" });
    const requests = fc.oneof(
      fc.array(text, { maxLength: 8 }),
      fc.tuple(fc.constant("store"), text, text, text, fc.string({ maxLength: 70, unit: "binary-ascii" })),
    );
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 6 }), lengths, (sent, cuts) => {
        const bytes = bytesOf(sent.map((args) => request(...args)).join(""));
        const whole = read([bytes]);
        expect(whole).toHaveLength(sent.length);
        expect(read(cutBy(bytes, cuts))).toEqual(whole);
      }),
    );
  });

  test("nothing of a pushed chunk is needed once what is unread was kept", () => {
    const requests = ["one", "two", "three"].map((text) => request("store", "w", "x", "1", text));
    const bytes = bytesOf(requests.join("") + request("list wss"));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new ClassicReader(options);
      const events: ClassicEvent[] = [];
      for (const piece of cutBy(bytes, [Math.max(1, cut), bytes.length])) {
        const chunk = piece.slice();
        reader.push(chunk);
        // A session that must stop after each request.
        const event = reader.next();
        if (event !== undefined) {
          events.push(event);
        }
        reader.keepUnread();
        if (event?.kind !== "request" || event.value?.bytes !== chunk) {
          chunk.fill(0);
        }
      }
      for (let event = reader.next(); event !== undefined; event = reader.next()) {
        events.push(event);
      }
      expect(noted(events)).toEqual(read([bytes]));
    }
  });

  test("whatever comes, it yields requests or faults, and holds no more than arrived", () => {
    const digits = fc.stringMatching(/^[0-9]{4,24}$/);
    const parts = fc.array(
      fc.oneof(digits, fc.constant(request("store", "w", "x", "1", "v")), fc.string({ unit: "binary-ascii" })),
    );
    fc.assert(
      fc.property(parts, fc.boolean(), fc.integer({ min: 1, max: 40 }), (words, metadataIn, length) => {
        const bytes = bytesOf(words.join(""));
        const reader = new ClassicReader({ ...options, metadataIn, maxArgumentBytes: 2 ** 40, maxValueBytes: 2 ** 40 });
        try {
          for (const piece of cutBy(bytes, [length])) {
            reader.push(piece);
            while (reader.next() !== undefined) {
              // Only that it comes to an end matters.
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolFault);
        }
        expect(reader.heldBytes).toBeLessThanOrEqual(Math.max(64, 2 * bytes.length));
      }),
      { numRuns: 300 },
    );
  });
});
