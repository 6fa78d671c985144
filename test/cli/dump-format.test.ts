import { decodeSequence } from "cbor2";
import { describe, expect, it } from "vitest";
import { contentsOf } from "../../src/cli/dump/dump-contents.ts";
import { DumpWriter } from "../../src/cli/dump/dump-writer.ts";

const time = new Date("2026-11-29T12:00:00Z");
const bytesOf = (text: string): Uint8Array => Buffer.from(text);

async function written(fill: (writer: DumpWriter) => Promise<void> | void, format = 1): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const writer = new DumpWriter((bytes) => {
    pieces.push(bytes);
    return Promise.resolve();
  });
  writer.header(time, "1.2.3", format);
  await fill(writer);
  await writer.end();
  return Buffer.concat(pieces);
}

async function small(writer: DumpWriter): Promise<void> {
  writer.workspace(bytesOf("jobs"), true, "os");
  writer.variable(bytesOf("näxt"), "fifo", true);
  writer.value(1, bytesOf("..one.."), 2, 5);
  writer.value(0xffff_ffff, Buffer.alloc(0), 0, 0);
  writer.begin(3, 5);
  await writer.piece(Buffer.of(1, 2));
  await writer.piece(Buffer.of(3, 4, 5));
  writer.variable(Buffer.of(0xff, 0x61), "unknown", false);
  writer.workspace(bytesOf("empty"), false, undefined);
}

/** `bytes` as a stream of pieces of this length. */
// eslint-disable-next-line @typescript-eslint/require-await -- as a file is read
async function* streamOf(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes);
  }
}

describe("a dump", () => {
  it("is a sequence of records that another CBOR library reads as docs/dump-format.md says", async () => {
    const records = [...decodeSequence(await written(small, 2))].map((record) =>
      (record as unknown[]).map((item) => (item instanceof Uint8Array ? [...item] : item)),
    );
    expect(records[0]).toEqual(["networkspaces dump", 2, "2026-11-29T12:00:00.000Z", "1.2.3"]);
    expect(records.slice(1, -1)).toEqual([
      ["workspace", "jobs", true, "os"],
      ["variable", "näxt", "fifo", true],
      [1, [...bytesOf("one")]],
      [0xffff_ffff, []],
      [3, 5, [1, 2, 3, 4, 5]],
      ["variable", [0xff, 0x61], "unknown", false],
      ["workspace", "empty", false],
    ]);
    expect(records.at(-1)!.slice(0, 4)).toEqual(["end", 2, 2, 3]);
    expect(records.at(-1)![4]).toHaveLength(32);
  });

  it("has limits and idle timeouts as format 2", async () => {
    const fill = (writer: DumpWriter): void => {
      writer.workspace(bytesOf("jobs"), true, undefined);
      writer.idleTimeout(60_000);
      writer.variable(bytesOf("x"), "fifo", false);
      writer.limits({ maxValues: 9, maxBytes: undefined, whenFull: "dropOldest", ttl: 500 });
      writer.value(1, bytesOf("1"), 0, 1);
    };
    const bytes = await written(fill, 2);
    const records = [...decodeSequence(bytes)] as unknown[][];
    expect(records[0]!.slice(0, 2)).toEqual(["networkspaces dump", 2]);
    expect(records.slice(1, 5)).toEqual([
      ["workspace", "jobs", true],
      ["idle timeout", 60_000],
      ["variable", "x", "fifo", false],
      ["limits", 9, 0, "dropOldest", 500],
    ]);
    expect((await contentsOf(streamOf(bytes))).workspaces.get("jobs")!.totals).toMatchObject({
      variables: 1,
      values: 1,
    });
    const misplaced = [
      (writer: DumpWriter) => writer.idleTimeout(1),
      (writer: DumpWriter) => writer.limits({ maxValues: 1, maxBytes: 1, whenFull: "block", ttl: 1 }),
    ];
    for (const write of misplaced) {
      await expect(contentsOf(streamOf(await written(write, 2)))).rejects.toThrow(/damaged/);
    }
  });

  it("is read however its bytes arrive, with names that are not UTF-8", async () => {
    const bytes = await written(small, 2);
    for (const pieceBytes of [1, 7, bytes.length]) {
      const { workspaces } = await contentsOf(streamOf(bytes, pieceBytes));
      expect([...workspaces.values()]).toMatchObject([
        {
          name: "jobs",
          isPersistent: true,
          durability: "os",
          totals: { variables: 2, values: 3, bytes: 8 },
          guardedCount: 1,
          longest: 5,
        },
        { name: "empty", isPersistent: false, durability: undefined, totals: { variables: 0, values: 0 } },
      ]);
      expect([...workspaces.get("jobs")!.variables]).toEqual([
        ["näxt", "fifo"],
        ["\udcffa", "unknown"],
      ]);
    }
  });

  it("is read in full when its values do not fit into memory at hand", async () => {
    const bytes = await written(async (writer) => {
      writer.workspace(bytesOf("w"), false, undefined);
      writer.variable(bytesOf("x"), "fifo", false);
      for (let i = 0; i < 50; i++) {
        writer.value(3, Buffer.alloc(i * 2600, i), 0, i * 2600);
      }
      writer.begin(3, 5_000_000);
      for (let i = 0; i < 5; i++) {
        await writer.piece(Buffer.alloc(1_000_000, i));
      }
    });
    const { workspaces } = await contentsOf(streamOf(bytes, 70_000));
    expect(workspaces.get("w")!.totals).toEqual({
      workspaces: 1,
      variables: 1,
      values: 51,
      bytes: 5_000_000 + 2600 * 1225,
    });
  });

  it("is refused when any bit is not as it was written, or any byte is missing at its end or too many", async () => {
    const bytes = await written(small, 2);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await expect(contentsOf(streamOf(flipped)), `bit ${bit}`).rejects.toHaveProperty("exitCode");
    }
    for (let length = 0; length < bytes.length; length++) {
      await expect(contentsOf(streamOf(bytes.subarray(0, length))), `${length} bytes`).rejects.toHaveProperty(
        "exitCode",
      );
    }
    await expect(contentsOf(streamOf(Buffer.concat([bytes, Buffer.of(0)])))).rejects.toThrow("follows the end record");
  });

  it("is refused with what is wrong when it announces more than it has", async () => {
    const start = (await written(() => undefined)).subarray(0, -42);
    const refused = (...tail: readonly number[]): Promise<string> =>
      contentsOf(streamOf(Buffer.concat([start, Buffer.of(...tail)]))).then(
        () => "",
        (error: unknown) => (error as Error).message,
      );
    expect(await refused(0x82, 0x03, 0x5b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toContain("more than 131072");
    expect(await refused(0x82, 0x03, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toContain("2^53");
    expect(await refused(0x82, 0x03, 0x5a, 0, 0, 0x80, 0)).toContain("cut off");
    expect(await refused(0x83, 0x03, 0x05, 0x5f, 0x41, 0, 0xff)).toContain("without a variable");
    expect(await refused(0x9b, 0, 0, 0, 0x10, 0, 0, 0, 0, 0x64, 0x6e, 0x6f, 0x6e, 0x65)).toContain(
      "'none of 68719476736'",
    );
    expect(await refused(0x83, 0x69, ...bytesOf("workspace"), 0x63, 0x61, 0x09, 0x62, 0xf5)).toContain("a tab");
    expect(await refused()).toContain("no end record");
  });

  it("is told apart from what is none, and from that of a newer version", async () => {
    await expect(contentsOf(streamOf(bytesOf("something else")))).rejects.toMatchObject({
      exitCode: 7,
      message: "this is no dump of networkspaces",
    });
    await expect(contentsOf(streamOf(Buffer.alloc(0)))).rejects.toMatchObject({ exitCode: 7 });
    const newer = await written(small, 2);
    newer[newer.indexOf("dump") + 4] = 3;
    await expect(contentsOf(streamOf(newer))).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining("version 3") as string,
    });
  });
});
