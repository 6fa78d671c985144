/*
 * Numbers as people read them. Always in English notation: the pages are in English, and a comma that means something else would mislead.
 */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const digits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1,234,567`. */
export function count(value: number): string {
  return whole.format(value);
}

/** `1.2M`, where there is little room. */
export function shortCount(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);
}

/** `1 value`, `2 values`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** `3.2 MiB`; `950 B`. */
export function bytes(value: number): string {
  let unit = 0;
  let amount = value;
  while (amount >= 1024 && unit < byteUnits.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 || amount >= 100 ? whole.format(amount) : digits.format(amount)} ${byteUnits[unit]!}`;
}

/** `12.3/s`; nothing happening is a dash, so that what happens stands out. */
export function rate(perSecond: number): string {
  if (perSecond === 0) {
    return "–";
  }
  return perSecond < 0.1 ? "<0.1/s" : `${perSecond < 1000 ? digits.format(perSecond) : shortCount(perSecond)}/s`;
}

/** `85 %`, of a share of 1. */
export function percent(share: number): string {
  return `${whole.format(share * 100)} %`;
}

/** `120 µs`, `3.4 ms`. */
export function microseconds(value: number): string {
  return value < 1000 ? `${digits.format(value)} µs` : duration(value / 1000);
}

/** `0 ms`, `340 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function duration(ms: number): string {
  if (ms < 1000) {
    return `${digits.format(Math.max(0, ms))} ms`;
  }
  const seconds = ms / 1000;
  if (seconds < 60) {
    return `${seconds < 10 ? digits.format(Math.floor(seconds * 10) / 10) : whole.format(Math.floor(seconds))} s`;
  }
  const steps: readonly (readonly [number, string])[] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = steps.findIndex(([size]) => seconds >= size);
  const [size, unit] = steps[first]!;
  const [nextSize, nextUnit] = steps[first + 1]!;
  const rest = Math.floor((seconds % size) / nextSize);
  return `${Math.floor(seconds / size)} ${unit}${rest === 0 ? "" : ` ${rest} ${nextUnit}`}`;
}
