import { describe, expect, test } from "vitest";
import {
  beginValue,
  DurabilityNumber,
  ByteWriter,
  failureCodes,
  failureName,
  type FailureName,
  MAX_FRAME_BYTES,
  OpenFlag,
  ReleaseKind,
  Reply,
  Verb,
  writeAck,
  writeBare,
  writeChunk,
  writeChunkedComplete,
  writeChunkedStore,
  writeChunkedStoreSeveral,
  writeChunkedValue,
  writeExtend,
  writeComplete,
  writeConfirm,
  writeCredit,
  writeDeclare,
  writeDone,
  writeFailed,
  writeHello,
  writeListWss,
  writeMktemp,
  writeName,
  writeNone,
  writeNumbered,
  writeOpen,
  writePlainRead,
  writeRead,
  writeRelease,
  writeSeveralItem,
  writeStore,
  writeStoreSeveral,
  writeRestored,
  writeText,
  writeWelcome,
} from "../../src/wire/index.ts";
import { bytesOf, hexOf } from "./bytes-for-tests.ts";

// Every frame here belongs to request 7; the bytes are written out from docs/protocol.md.

type Golden = readonly [what: string, write: (out: ByteWriter) => void, bytes: string];

const value = bytesOf("-hi-");
const u64max = 2 ** 53 - 1;

const fromClient: readonly Golden[] = [
  ["hello", (out) => writeHello(out, 7, 10_000, "me"), "0000000e 00000007 01 01 00002710 0002 6d65"],
  ["name", (out) => writeName(out, 7, 2, 1, "x\xff"), "0000000f 00000007 02 00000002 00000001 78ff"],
  [
    "open",
    (out) => writeOpen(out, 7, 1, OpenFlag.own | OpenFlag.create, "w"),
    "0000000d 00000007 03 00000001 05 0001 77",
  ],
  [
    "open with a durability",
    (out) => writeOpen(out, 7, 1, OpenFlag.persistent | OpenFlag.durability, "w", DurabilityNumber.memory),
    "0000000e 00000007 03 00000001 0a 0001 77 03",
  ],
  [
    "open with an idle timeout",
    (out) => writeOpen(out, 7, 1, OpenFlag.create | OpenFlag.idleTimeout, "w", 0, 60_000),
    "00000015 00000007 03 00000001 24 0001 77 000000000000ea60",
  ],
  ["open, persistent", (out) => writeOpen(out, 7, 1, OpenFlag.persistent, ""), "0000000c 00000007 03 00000001 02 0000"],
  ["leave", (out) => writeNumbered(out, 7, Verb.leave, 1), "00000009 00000007 04 00000001"],
  ["delete ws", (out) => writeNumbered(out, 7, Verb.deleteWs, 1), "00000009 00000007 05 00000001"],
  ["list wss", (out) => writeListWss(out, 7), "00000005 00000007 06"],
  ["list wss, one", (out) => writeListWss(out, 7, "w"), "00000006 00000007 06 77"],
  ["mktemp", (out) => writeMktemp(out, 7, 3, "t%d"), "0000000c 00000007 07 00000003 742564"],
  ["list vars", (out) => writeNumbered(out, 7, Verb.listVars, 1), "00000009 00000007 08 00000001"],
  ["declare", (out) => writeDeclare(out, 7, 2, "fifo"), "0000000d 00000007 09 00000002 6669666f"],
  [
    "declare with limits",
    (out) =>
      writeDeclare(out, 7, 2, "fifo", { maxValues: 9, maxBytes: 2 ** 33, whenFull: "dropOldest", ttlMs: 60_000 }),
    "00000027 00000007 49 00000002 0f 0000000000000009 0000000200000000 02 000000000000ea60 6669666f",
  ],
  [
    "declare with a limit taken away",
    (out) => writeDeclare(out, 7, 2, "fifo", { maxValues: Infinity }),
    "00000016 00000007 49 00000002 01 0000000000000000 6669666f",
  ],
  ["delete var", (out) => writeNumbered(out, 7, Verb.deleteVar, 2), "00000009 00000007 0a 00000002"],
  ["store", (out) => writeStore(out, 7, 2, 0x0b000001, value, 1, 3), "0000000f 00000007 0b 00000002 0b000001 6869"],
  [
    "store with a timeout and a time to live",
    (out) => writeStore(out, 7, 2, 0x0b000001, value, 1, 3, { timeoutMs: 500, ttlMs: 60_000 }),
    "0000001c 00000007 4b 00000002 03 000001f4 000000000000ea60 0b000001 6869",
  ],
  [
    "store for ever",
    (out) => writeStore(out, 7, 2, 0x0b000001, value, 1, 3, { ttlMs: Infinity }),
    "00000018 00000007 4b 00000002 02 0000000000000000 0b000001 6869",
  ],
  [
    "store in chunks",
    (out) => writeChunkedStore(out, 7, 2, 0x0b000003, 2 ** 32 + 1),
    "00000015 00000007 8b 00000002 0b000003 0000000100000001",
  ],
  [
    "store several",
    (out) => {
      const body = new ByteWriter();
      writeSeveralItem(body, 1, bytesOf("a"));
      writeSeveralItem(body, 3, bytesOf(""));
      writeStoreSeveral(out, 7, 2, body.take());
    },
    "0000001a 00000007 0c 00000002 00000001 00000001 61 00000003 00000000",
  ],
  [
    "store several in chunks",
    (out) => writeChunkedStoreSeveral(out, 7, 2, 300_000),
    "00000011 00000007 8c 00000002 00000000000493e0",
  ],
  ["fetch", (out) => writePlainRead(out, 7, Verb.fetch, 2), "0000000a 00000007 10 00000002 00"],
  ["fetchTry", (out) => writeRead(out, 7, Verb.fetchTry, 2, {}), "0000000a 00000007 11 00000002 00"],
  ["find", (out) => writeRead(out, 7, Verb.find, 2, { timeoutMs: 500 }), "0000000e 00000007 12 00000002 02 000001f4"],
  ["findTry", (out) => writePlainRead(out, 7, Verb.findTry, 2), "0000000a 00000007 13 00000002 00"],
  ["ifetch", (out) => writeRead(out, 7, Verb.ifetch, 2, { lease: true }), "0000000a 00000007 14 00000002 01"],
  [
    "ifetchTry",
    (out) => writeRead(out, 7, Verb.ifetchTry, 2, { most: 16 }),
    "0000000e 00000007 15 00000002 04 00000010",
  ],
  [
    "ifind",
    (out) => writeRead(out, 7, Verb.ifind, 2, { after: { variableId: u64max, index: 3 } }),
    "0000001a 00000007 16 00000002 08 001fffffffffffff 0000000000000003",
  ],
  [
    "ifindTry with everything",
    (out) =>
      writeRead(out, 7, Verb.ifindTry, 2, { lease: true, timeoutMs: 1, most: 2, after: { variableId: 3, index: 4 } }),
    "00000022 00000007 17 00000002 0f 00000001 00000002 0000000000000003 0000000000000004",
  ],
  ["confirm", (out) => writeConfirm(out, 7, 9), "0000000d 00000007 18 0000000000000009"],
  [
    "fetch on lease for a while",
    (out) => writeRead(out, 7, Verb.fetch, 2, { lease: true, leaseLimitMs: 500 }),
    "0000000e 00000007 10 00000002 11 000001f4",
  ],
  [
    "ifetch with everything",
    (out) =>
      writeRead(out, 7, Verb.ifetch, 2, {
        lease: true,
        timeoutMs: 1,
        most: 2,
        after: { variableId: 3, index: 4 },
        leaseLimitMs: 5,
      }),
    "00000026 00000007 14 00000002 1f 00000001 00000002 0000000000000003 0000000000000004 00000005",
  ],
  ["extend", (out) => writeExtend(out, 7, 9, 500), "00000011 00000007 26 0000000000000009 000001f4"],
  ["ack", (out) => writeAck(out, 7, u64max), "0000000d 00000007 19 001fffffffffffff"],
  [
    "release of a booking",
    (out) => writeRelease(out, 7, ReleaseKind.booking, 9),
    "0000000e 00000007 1a 00 0000000000000009",
  ],
  [
    "release of a lease",
    (out) => writeRelease(out, 7, ReleaseKind.lease, 9),
    "0000000e 00000007 1a 01 0000000000000009",
  ],
  [
    "complete",
    (out) => writeComplete(out, 7, 9, 2, 1, bytesOf("r")),
    "00000016 00000007 1b 0000000000000009 00000002 00000001 72",
  ],
  [
    "complete in chunks",
    (out) => writeChunkedComplete(out, 7, 9, 2, 1, 131_073),
    "0000001d 00000007 9b 0000000000000009 00000002 00000001 0000000000020001",
  ],
  ["cancel", (out) => writeBare(out, 7, Verb.cancel), "00000005 00000007 1c"],
  ["ping", (out) => writeBare(out, 7, Verb.ping), "00000005 00000007 1d"],
  ["chunk", (out) => writeChunk(out, 7, Verb.chunk, value, 1, 3), "00000007 00000007 1e 6869"],
  ["credit", (out) => writeCredit(out, 7, Verb.credit, 65_536), "00000009 00000007 1f 00010000"],
  ["goodbye", (out) => writeBare(out, 7, Verb.goodbye), "00000005 00000007 20"],
  ["info", (out) => writeBare(out, 7, Verb.info), "00000005 00000007 21"],
];

/** A `value` frame with the bytes "hi". */
function valueFrame(out: ByteWriter, booking: number, lease: number, withPosition: boolean, hasMore: boolean): void {
  beginValue(out, 7, 0x0b000000, booking, lease, 2, withPosition, 5, 6, hasMore);
  out.copy(value, 1, 3);
  out.endFrame();
}

const fromServer: readonly Golden[] = [
  ["done", (out) => writeDone(out, 7), "00000005 00000007 40"],
  ["none", (out) => writeNone(out, 7), "00000005 00000007 41"],
  ["value", (out) => valueFrame(out, 0, 0, false, false), "0000000c 00000007 42 00 0b000000 6869"],
  [
    "value, booked",
    (out) => valueFrame(out, 8, 0, false, false),
    "00000014 00000007 42 01 0000000000000008 0b000000 6869",
  ],
  [
    "value, on lease",
    (out) => valueFrame(out, 0, 9, false, false),
    "00000018 00000007 42 02 0000000000000009 00000002 0b000000 6869",
  ],
  [
    "value, booked, with position, and more to come",
    (out) => valueFrame(out, 8, 0, true, true),
    "00000024 00000007 42 0d 0000000000000008 0000000000000005 0000000000000006 0b000000 6869",
  ],
  [
    "value in chunks",
    (out) => writeChunkedValue(out, 7, 3, 0, 9, 1, true, 5, 6, false, 131_073),
    "0000002e 00000007 42 16 0000000000000009 00000001 0000000000000005 0000000000000006 0000000000020001 00000003",
  ],
  ["text", (out) => writeText(out, 7, "w\n"), "0000000c 00000007 42 00 00000001 770a"],
  ["chunk", (out) => writeChunk(out, 7, Reply.chunk, value), "00000009 00000007 43 2d68692d"],
  ["failed", (out) => writeFailed(out, 7, "timed_out", "late"), "0000000b 00000007 44 000e 6c617465"],
  [
    "welcome",
    (out) => writeWelcome(out, 7, { graceMs: 0, maxValueBytes: 2 ** 40, sessionId: "s1", secret: "", flags: 1 }),
    "00000019 00000007 45 01 00000000 0000010000000000 0002 7331 0000 01",
  ],
  ["restored", (out) => writeRestored(out, 7), "00000005 00000007 4a"],
  ["credit", (out) => writeCredit(out, 7, Reply.credit, 1), "00000009 00000007 46 00000001"],
];

function expectGolden(write: (out: ByteWriter) => void, bytes: string): void {
  const out = new ByteWriter(4);
  out.u8(0xee); // a frame may begin anywhere in the buffer
  write(out);
  const digits = "ee" + bytes.replaceAll(" ", "");
  expect(hexOf(out.take()).replaceAll(" ", "")).toBe(digits);
  // The golden bytes were written by hand: their own length must be right.
  expect(Number.parseInt(bytes.slice(0, 8), 16)).toBe((digits.length - 2) / 2 - 4);
}

describe("frames of a client", () => {
  test.each(fromClient)("%s", (_what, write, bytes) => {
    expectGolden(write, bytes);
  });
});

describe("frames of a server", () => {
  test.each(fromServer)("%s", (_what, write, bytes) => {
    expectGolden(write, bytes);
  });

  test("a sentence of any length fits into failed", () => {
    const out = new ByteWriter();
    writeFailed(out, 7, "bad_name", "n".repeat(2 * MAX_FRAME_BYTES));
    expect(out.length).toBe(4 + 5 + 2 + 4096);
  });
});

describe("failure codes", () => {
  test("keep their numbers: clients of earlier versions know them", () => {
    const numbers = Object.entries(failureCodes).map(([name, { number }]) => `${number} ${name}`);
    expect(numbers).toEqual([
      "1 no_such_workspace",
      "2 workspace_not_open",
      "3 workspace_not_deletable",
      "4 no_such_variable",
      "5 variable_deleted",
      "6 mode_conflict",
      "7 bad_mode",
      "8 bad_name",
      "9 bad_template",
      "10 iterator_ended",
      "11 not_iterable",
      "12 lease_lost",
      "13 cancelled",
      "14 timed_out",
      "15 value_too_large",
      "16 name_too_long",
      "17 too_many_arguments",
      "18 too_many_connections",
      "19 too_many_waiting",
      "20 too_many_numbers",
      "21 memory_full",
      "22 disk_full",
      "23 bad_arguments",
      "24 unknown_verb",
      "25 not_permitted",
      "26 shutting_down",
      "27 internal",
      "28 session_lost",
      "29 storage_failed",
      "30 not_authenticated",
      "33 variable_full",
      "34 too_many_workspaces",
      "35 too_many_variables",
      "40 quota_exceeded",
    ]);
  });

  test("have a name for each number, and none for others", () => {
    for (const [name, { number }] of Object.entries(failureCodes)) {
      expect(failureName(number)).toBe(name as FailureName);
    }
    expect(failureName(0)).toBeUndefined();
    expect(failureName(9999)).toBeUndefined();
  });
});
