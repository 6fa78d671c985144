import { describe, expect, test } from "vitest";
import { ByteWriter, classicPosition, ClassicWriter, type ReplyFormat } from "../../src/wire/index.ts";
import { bytesOf, textOf } from "./bytes-for-tests.ts";

/** What `write` makes of a connection with this format. */
function reply(format: Partial<ReplyFormat>, write: (writer: ClassicWriter) => void): string {
  const out = new ByteWriter(8);
  write(new ClassicWriter(out, { cookie: false, metadataOut: false, ...format }));
  return textOf(out.take());
}

const zero = "0".repeat(20);
const blank = " ".repeat(20);
const descriptor = "00000000000184549377"; // of language 11, plain text
const value = bytesOf("..hello..");

describe("a classic reply", () => {
  test("short", () => {
    expect(reply({}, (writer) => writer.done())).toBe("0000");
    expect(reply({ cookie: true }, (writer) => writer.done())).toBe("0000");
    expect(reply({}, (writer) => writer.shortFailure(2001, "open it first"))).toBe("2001");
  });

  test("short, with metadata", () => {
    expect(reply({ metadataOut: true }, (writer) => writer.done())).toBe("0000" + "0000");
    expect(reply({ metadataOut: true }, (writer) => writer.shortFailure(100, "no 'x\xff'"))).toBe(
      "0001" + "0009nwsReason" + "0007no 'x\xff'" + "0100",
    );
  });

  test("long, without a cookie", () => {
    expect(reply({}, (writer) => writer.value(184_549_377, 17, 3, value, 2, 7))).toBe(
      "0000" + descriptor + "00000000000000000005" + "hello",
    );
  });

  test("long, with a cookie", () => {
    expect(reply({ cookie: true }, (writer) => writer.value(184_549_377, 17, 3, value, 2, 7))).toBe(
      "0000" + descriptor + "17                  " + "00000000000000000003" + "00000000000000000005" + "hello",
    );
  });

  test("long, with cookie and metadata", () => {
    expect(reply({ cookie: true, metadataOut: true }, (writer) => writer.value(0, 2 ** 53 - 1, 0, value, 0, 0))).toBe(
      "0000" + "0000" + zero + "9007199254740991    " + zero + zero,
    );
  });

  test("the head of one whose bytes somebody else sends", () => {
    expect(reply({ cookie: true }, (writer) => writer.valueHead(3, 1, 2, 2 ** 30))).toBe(
      "0000" + "00000000000000000003" + "1                   " + "00000000000000000002" + "00000000001073741824",
    );
  });

  test("long and failed: descriptor 0, a blank id, index 0, no bytes", () => {
    expect(reply({}, (writer) => writer.longFailure(1, "none"))).toBe("0001" + zero + zero);
    expect(reply({ cookie: true }, (writer) => writer.longFailure(1, "none"))).toBe(
      "0001" + zero + blank + zero + zero,
    );
    expect(reply({ cookie: true, metadataOut: true }, (writer) => writer.longFailure(1, "none"))).toBe(
      "0001" + "0009nwsReason" + "0004none" + "0001" + zero + blank + zero + zero,
    );
  });

  test("text made by the server has descriptor 1", () => {
    expect(reply({}, (writer) => writer.text("x\t0\n"))).toBe(
      "0000" + "00000000000000000001" + "00000000000000000004" + "x\t0\n",
    );
    expect(reply({ cookie: true }, (writer) => writer.text(""))).toBe(
      "0000" + "00000000000000000001" + blank + zero + zero,
    );
  });

  test("a reason of any length stays a valid dictionary", () => {
    const sent = reply({ metadataOut: true }, (writer) => writer.shortFailure(1, "y".repeat(100_000)));
    expect(sent).toBe("0001" + "0009nwsReason" + "1000" + "y".repeat(1000) + "0001");
  });

  test("replies stand one behind the other", () => {
    expect(
      reply({}, (writer) => {
        writer.done();
        writer.longFailure(1, "");
        writer.done();
      }),
    ).toBe("0000" + "0001" + zero + zero + "0000");
  });
});

describe("the position that an iterating client sends", () => {
  test("is the start on the first call", () => {
    expect(classicPosition("", "-999")).toBe("start");
    expect(classicPosition(blank, "-999")).toBe("start");
  });

  test("is the cookie of the reply before", () => {
    expect(classicPosition("17                  ", "00000000000000000003")).toEqual({ variableId: 17, index: 3 });
    expect(classicPosition("17", "3")).toEqual({ variableId: 17, index: 3 });
  });

  test("belongs to no variable when no server made its id", () => {
    for (const id of ["x", "-1", "1 7", "9".repeat(20), "\xff"]) {
      expect(classicPosition(id, "0")).toEqual({ variableId: -1, index: 0 });
    }
  });

  test("is no position when its index is no number", () => {
    for (const index of ["", "x", "1.5", "1e3", "0x1", "--1", "9".repeat(21)]) {
      expect(classicPosition("17", index)).toBeUndefined();
    }
  });
});
