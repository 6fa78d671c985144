import { readUtf8 } from "../../text.ts";
import { latin1Bytes, latin1Text } from "../latin1.ts";
import { wholeFromText, wholeFromTwosComplement } from "../whole-numbers.ts";
import { globalNamed, type PyBytes, type PyValue, sequence } from "./pickle-graph.ts";
import type { PickleMachine } from "./pickle-machine.ts";
import { readFloat, readQuoted, readRawUnicodeEscape } from "./pickle-text.ts";

/*
 * What each opcode of protocols 0 to 5 does: pickletools.py is their reference. STOP is the caller's matter.
 */

export type Opcode = (machine: PickleMachine) => void;

const NEWEST_PROTOCOL = 5;

const byCharacter: Record<string, Opcode> = {
  // Numbers and constants
  I: (m) => m.push(shortWhole(m)),
  J: (m) => m.push(m.input.i32()),
  K: (m) => m.push(m.input.u8()),
  M: (m) => m.push(m.input.u16()),
  L: (m) => m.push(whole(m, lineText(m).replace(/L$/, ""))),
  "\x8a": (m) => m.push(wholeFromTwosComplement(m.input.view(m.input.u8()))),
  "\x8b": (m) => m.push(wholeFromTwosComplement(m.input.view(m.input.i32()))),
  F: (m) => m.push({ kind: "float", value: readFloat(lineText(m)) ?? m.input.damaged("a number is none") }),
  G: (m) => m.push({ kind: "float", value: m.input.f64(false) }),
  N: (m) => m.push(null),
  "\x88": (m) => m.push(true),
  "\x89": (m) => m.push(false),
  // Text and bytes
  S: (m) => m.push(oldString(latin1Bytes(readQuoted(m.input.line()) ?? m.input.damaged("a text has no quotes"))!)),
  T: (m) => m.push(oldString(m.input.view(m.input.i32()))),
  U: (m) => m.push(oldString(m.input.view(m.input.u8()))),
  V: (m) => m.push(readRawUnicodeEscape(m.input.line())),
  X: (m) => m.push(m.input.utf8(m.input.view(m.input.u32()))),
  "\x8c": (m) => m.push(m.input.utf8(m.input.view(m.input.u8()))),
  "\x8d": (m) => m.push(m.input.utf8(m.input.view(m.input.u64()))),
  B: (m) => m.push(bytes("bytes", m.input.view(m.input.u32()))),
  C: (m) => m.push(bytes("bytes", m.input.view(m.input.u8()))),
  "\x8e": (m) => m.push(bytes("bytes", m.input.view(m.input.u64()))),
  "\x96": (m) => m.push(bytes("bytearray", m.input.view(m.input.u64()))),
  "\x97": (m) => m.push({ kind: "opaque", type: "buffer", text: "bytes that did not travel with the pickle" }),
  "\x98": () => undefined, // a buffer becomes read-only
  // Containers
  "]": (m) => m.push(sequence("list", [])),
  l: (m) => m.push(sequence("list", m.popMark())),
  a: (m) => m.addItems([m.pop()]),
  e: (m) => m.addItems(m.popMark()),
  ")": (m) => m.push(sequence("tuple", [])),
  t: (m) => m.push(sequence("tuple", m.popMark())),
  "\x85": (m) => m.tuple(1),
  "\x86": (m) => m.tuple(2),
  "\x87": (m) => m.tuple(3),
  "}": (m) => m.dict([]),
  d: (m) => m.dict(m.popMark()),
  s: (m) => {
    const value = m.pop();
    m.setItems([m.pop(), value]);
  },
  u: (m) => m.setItems(m.popMark()),
  "\x8f": (m) => m.push(sequence("set", [])),
  "\x90": (m) => m.addItems(m.popMark()),
  "\x91": (m) => m.push(sequence("frozenset", m.popMark())),
  // The stack and the memo
  "(": (m) => m.mark(),
  "0": (m) => m.drop(),
  "1": (m) => void m.popMark(),
  "2": (m) => m.push(m.top()),
  p: (m) => m.remember(place(m)),
  q: (m) => m.remember(m.input.u8()),
  r: (m) => m.remember(m.input.u32()),
  "\x94": (m) => m.rememberNext(),
  g: (m) => m.recall(place(m)),
  h: (m) => m.recall(m.input.u8()),
  j: (m) => m.recall(m.input.u32()),
  // What would be looked up and called
  c: (m) => m.push(globalOfLines(m)),
  "\x93": (m) => {
    const name = m.pop();
    const module = m.pop();
    m.global(module, name);
  },
  "\x82": (m) => m.push(extension(m.input.u8())),
  "\x83": (m) => m.push(extension(m.input.u16())),
  "\x84": (m) => m.push(extension(m.input.i32())),
  R: (m) => {
    const args = m.pop();
    m.make(m.pop(), args);
  },
  "\x81": (m) => {
    const args = m.pop();
    m.make(m.pop(), args);
  },
  "\x92": (m) => {
    const kwargs = m.pop();
    const args = m.pop();
    m.make(m.pop(), args, kwargs);
  },
  i: (m) => {
    const callee = globalOfLines(m);
    m.make(callee, sequence("tuple", m.popMark()));
  },
  o: (m) => {
    const [callee, ...args] = m.popMark();
    m.make(callee ?? m.input.damaged("a class is missing"), sequence("tuple", args));
  },
  b: (m) => m.build(),
  P: (m) => m.push(persistent(m.input.utf8(m.input.line()))),
  Q: (m) => m.push(persistent(m.pop())),
  // The frame of it all
  "\x80": (m) => {
    const protocol = m.input.u8();
    if (protocol > NEWEST_PROTOCOL) {
      m.input.notSupported(`it has protocol ${protocol}, and ${NEWEST_PROTOCOL} is the newest that is known here`);
    }
  },
  "\x95": (m) => m.input.mustHave(m.input.u64()),
};

/** By the byte of the opcode. */
export const opcodes: readonly (Opcode | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => byCharacter[String.fromCharCode(code)],
);

function lineText(machine: PickleMachine): string {
  return latin1Text(machine.input.line());
}

function whole(machine: PickleMachine, text: string): PyValue {
  return wholeFromText(text) ?? machine.input.damaged("a whole number is none");
}

/** Booleans of protocols 0 and 1 are numbers of two digits. */
function shortWhole(machine: PickleMachine): PyValue {
  const text = lineText(machine);
  return text === "00" ? false : text === "01" ? true : whole(machine, text);
}

function place(machine: PickleMachine): number {
  const index = wholeFromText(lineText(machine));
  return typeof index === "number" ? index : machine.input.damaged("the number of an object is none");
}

function bytes(type: PyBytes["type"], view: Uint8Array): PyBytes {
  return { kind: "bytes", type, bytes: view };
}

/** A `str` of Python 2, which is text or not: nobody knows. */
function oldString(view: Uint8Array): PyValue {
  return readUtf8(view, 0, view.length) ?? bytes("str", view);
}

function globalOfLines(machine: PickleMachine): PyValue {
  const module = machine.input.utf8(machine.input.line());
  return globalNamed(module, machine.input.utf8(machine.input.line()));
}

function extension(code: number): PyValue {
  return globalNamed("copyreg extension", String(code));
}

function persistent(id: PyValue): PyValue {
  const shown = typeof id === "string" || typeof id === "number" ? String(id) : "";
  return { kind: "opaque", type: "persistent object", text: shown };
}
