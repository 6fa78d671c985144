import { duration } from "./numbers.ts";

/** `just now`, `12 s ago`, `3 h 5 min ago`. A clock that is a little ahead of ours is no future. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  return ms < 1000 ? "just now" : `${duration(Math.floor(ms / 1000) * 1000)} ago`;
}

/** `2026-11-29 17:16:05.123 (+01:00)`, in this computer's time zone. */
export function exactTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) {
    return at;
  }
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 23)} (${zone})`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}
