import type { Known } from "./known-instances.ts";
import { itemsOf, kindOf, type PyInstance, type PyValue } from "./pickle-graph.ts";
import type { PickleView } from "./pickle-view.ts";
import { bytesOf } from "./plain-parts.ts";

/* The classes of Python's datetime, written as Python writes them. */

const writers: Record<string, (args: readonly PyValue[], view: PickleView) => string | undefined> = {
  "datetime.date": ([state], view) => {
    const bytes = bytesOf(state, view.budget);
    return bytes?.length === 4 ? dateText(bytes) : undefined;
  },
  "datetime.time": ([state, zone], view) => {
    const bytes = bytesOf(state, view.budget);
    return bytes?.length === 6 ? timeText(bytes) + zoneText(zone, view) : undefined;
  },
  "datetime.datetime": ([state, zone], view) => {
    const bytes = bytesOf(state, view.budget);
    return bytes?.length === 10
      ? `${dateText(bytes)} ${timeText(bytes.subarray(4))}${zoneText(zone, view)}`
      : undefined;
  },
  "datetime.timedelta": (parts) => deltaText(parts),
  "datetime.timezone": ([offset, name]) => (typeof name === "string" ? name : offsetText(offset)),
};

export function knownTime(value: PyInstance, view: PickleView, type: string): Known | undefined {
  const text = writers[type]?.(itemsOf(value.args), view);
  return text === undefined ? undefined : { node: { kind: "scalar", type, text }, isLeaf: true };
}

/** Two bytes of the year, month (its highest bit is the fold), day. */
function dateText(bytes: Uint8Array): string {
  const year = bytes[0]! * 256 + bytes[1]!;
  return `${padded(year, 4)}-${padded(bytes[2]! & 0x7f)}-${padded(bytes[3]!)}`;
}

/** Hour (its highest bit may be the fold), minute, second, three bytes of microseconds. */
function timeText(bytes: Uint8Array): string {
  const micros = bytes[3]! * 65_536 + bytes[4]! * 256 + bytes[5]!;
  const whole = `${padded(bytes[0]! & 0x7f)}:${padded(bytes[1]!)}:${padded(bytes[2]!)}`;
  return micros === 0 ? whole : `${whole}.${padded(micros, 6)}`;
}

function deltaText(parts: readonly PyValue[]): string | undefined {
  const [days, seconds, micros] = parts;
  if (!isWhole(days) || !isWhole(seconds) || !isWhole(micros) || seconds < 0 || micros < 0) {
    return undefined;
  }
  const minutes = Math.floor(seconds / 60);
  const time = `${Math.floor(minutes / 60)}:${padded(minutes % 60)}:${padded(seconds % 60)}`;
  const fraction = micros === 0 ? "" : `.${padded(micros, 6)}`;
  return `${days === 0 ? "" : `${days} day${Math.abs(days) === 1 ? "" : "s"}, `}${time}${fraction}`;
}

/** `+02:00` of a fixed offset, else the name of the zone. */
function zoneText(zone: PyValue | undefined, view: PickleView): string {
  if (zone === undefined || zone === null || kindOf(zone) !== "instance") {
    return "";
  }
  const { callee, args } = zone as PyInstance;
  const parts = itemsOf(args);
  const offset = view.nameOf(callee) === "datetime.timezone" ? offsetText(parts[0]) : undefined;
  const name = parts.slice(0, 2).find((part) => typeof part === "string") ?? view.nameOf(callee);
  view.budget.bytes(name.length);
  return offset ?? ` ${name}`;
}

function offsetText(delta: PyValue | undefined): string | undefined {
  const parts = kindOf(delta) === "instance" ? itemsOf((delta as PyInstance).args) : [];
  const [days, seconds] = parts;
  if (!isWhole(days) || !isWhole(seconds)) {
    return undefined;
  }
  const total = days * 86_400 + seconds;
  const minutes = Math.floor(Math.abs(total) / 60);
  return `${total < 0 ? "-" : "+"}${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}`;
}

function isWhole(value: PyValue | undefined): value is number {
  return Number.isSafeInteger(value);
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}
