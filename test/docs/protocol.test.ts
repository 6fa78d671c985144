import { describe, expect, test } from "vitest";
import {
  DeclareFlag,
  DurabilityNumber,
  MAX_DICTIONARY_BYTES,
  MAX_DICTIONARY_PAIRS,
  MAX_FRAME_BYTES,
  MAX_INLINE_BYTES,
  MAX_NUMBERS,
  MAX_REGAINED_LEASES,
  OpenFlag,
  Option,
  PROTOCOL_VERSION,
  ReadFlag,
  Reply,
  StoreFlag,
  ValueFlag,
  Verb,
  WelcomeFlag,
  WhenFullNumber,
  WINDOW_BYTES,
  WITH_OPTIONS,
} from "../../src/wire/index.ts";
import { failureCodes } from "../../src/wire/failure-codes.ts";
import { classicVerbs } from "../../src/server/classic-verbs.ts";
import { Page, rowsOf } from "./markdown.ts";

// The page is written for people; what it says in numbers is compared with the code.

const page = new Page("docs/protocol.md").text.replaceAll(/(\d) (?=\d{3}\b)/g, "$1");
const multiplexed = page.slice(page.indexOf("\n## The multiplexed protocol"));

/** The part of `text` under a heading, up to the next one. */
function section(text: string, heading: string): string {
  const [, after = ""] = text.split(new RegExp(`^#+ ${heading}$`, "m"));
  return after.split(/^#/m)[0] ?? "";
}

/** `delete ws` → `deleteWs`: the page's words as one name. */
function nameOf(words: string): string {
  return words.replaceAll(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** All "`name` number" pairs of a cell, or "number | `name`" of a row. */
function numbers(heading: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [number = "", names = ""] of rowsOf(section(multiplexed, heading))) {
    const several = [...names.matchAll(/`([^`]+)` (\d+)/g)];
    for (const [, name = "", own = ""] of several) {
      found[nameOf(name)] = Number(own);
    }
    if (several.length === 0) {
      found[nameOf(names.replaceAll("`", ""))] = Number(number);
    }
  }
  return found;
}

describe("docs/protocol.md", () => {
  test("lists the verbs of a client with the numbers that the code uses", () => {
    expect(numbers("From the client")).toEqual(Verb);
  });

  test("lists the verbs of a server with the numbers that the code uses", () => {
    expect(numbers("From the server")).toEqual(Reply);
  });

  test("gives the flags the values that the code uses", () => {
    const client = rowsOf(section(multiplexed, "From the client")).flat();
    const server = rowsOf(section(multiplexed, "From the server")).flat();
    expect(client.find((cell) => cell.includes("u8 flags (1 own"))).toContain(
      `(${OpenFlag.own} own, ${OpenFlag.persistent} persistent, ${OpenFlag.create} create), byte string name, with flag ${OpenFlag.durability} u8 durability. Flag ${OpenFlag.again} again:`,
    );
    expect(client.find((cell) => cell.includes("u8 flags (1 own"))).toContain(
      `With flag ${OpenFlag.idleTimeout} u64 idle timeout`,
    );
    const { maxValues, maxBytes, whenFull, ttl } = DeclareFlag;
    const { block, reject, dropOldest } = WhenFullNumber;
    expect(multiplexed).toContain(`(${WITH_OPTIONS} is added to it)`);
    expect(multiplexed).toContain(
      `limits:    ${maxValues} most values: u64   ${maxBytes} most bytes: u64   ${whenFull} when full: u8 (${block} block, ${reject} reject, ${dropOldest} drop oldest)   ${ttl} time to live: u64 ms`,
    );
    expect(multiplexed).toContain(
      `options:   ${StoreFlag.timeout} timeout: u32 ms    ${StoreFlag.ttl} time to live: u64 ms`,
    );
    const { fsync, os, memory } = DurabilityNumber;
    expect(multiplexed).toContain(`${fsync} \`fsync\`, ${os} \`os\`, ${memory} \`memory\``);
    expect(server.find((cell) => cell.includes("grace granted"))).toContain(`u8 flags (${WelcomeFlag.keeps} keeps:`);
    const reads = client.find((cell) => cell.includes("what the flags announce"));
    expect(reads).toContain(`${ReadFlag.timeout} timeout: u32`);
    expect(reads).toContain(`${ReadFlag.several} several: u32`);
    expect(reads).toContain(`${ReadFlag.position} position: u64`);
    expect(reads).toContain(`${ReadFlag.leaseLimit} lease limit: u32`);
    expect(reads).toContain(`Flag ${ReadFlag.lease}: on lease`);
    const values = server.find((cell) => cell.includes("what the flags announce"));
    expect(values).toContain(`${ValueFlag.booked} booked: u64`);
    expect(values).toContain(`${ValueFlag.lease} lease: u64`);
    expect(values).toContain(`${ValueFlag.position} position: u64`);
    expect(values).toContain(`${ValueFlag.chunked} chunked: u64`);
    expect(values).toContain(`Flag ${ValueFlag.more}: more values`);
  });

  test("gives the limits that the code has", () => {
    expect(multiplexed).toContain(`is at least 5 and at most ${MAX_FRAME_BYTES};`);
    expect(multiplexed).toContain(`At most ${MAX_INLINE_BYTES} bytes go in the frame`);
    expect(multiplexed).toContain(`at most ${MAX_INLINE_BYTES} bytes each`);
    expect(multiplexed).toContain(`may have at most ${WINDOW_BYTES} bytes under way`);
    expect(multiplexed).toContain(`holds at most ${MAX_NUMBERS} of`);
    expect(multiplexed).toContain(`that it holds, at most ${MAX_REGAINED_LEASES}.`);
    expect(page).toContain(`described here is **version ${PROTOCOL_VERSION}**`);
    expect(page).toContain(`at most ${MAX_DICTIONARY_PAIRS} pairs, with at most ${MAX_DICTIONARY_BYTES} bytes`);
  });

  test("lists the options of the handshake", () => {
    const listed = rowsOf(section(page, "Handshake")).map(([name = ""]) => name.replaceAll("`", ""));
    expect(listed).toEqual(expect.arrayContaining(Object.values(Option)));
  });

  test("lists the verbs of the classic protocol", () => {
    const listed = rowsOf(new Page("docs/protocol.md").section("Requests")).flatMap(([verbs = ""]) =>
      verbs.replaceAll("`", "").split(", "),
    );
    expect(listed.sort()).toEqual([...classicVerbs.keys()].sort());
  });

  test("lists the statuses of the classic protocol", () => {
    const listed = rowsOf(new Page("docs/protocol.md").section("Replies")).map(([status]) => Number(status));
    const real = new Set([0, ...Object.values(failureCodes).map(({ status }) => status)]);
    expect(listed.sort()).toEqual([...real].sort());
  });

  test("names no code of a failure that is none", () => {
    const named = [...page.matchAll(/\b_([a-z]+(?:_[a-z]+)+)_\b/g)].map(([, code = ""]) => code);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((code) => !(code in failureCodes))).toEqual([]);
  });
});
