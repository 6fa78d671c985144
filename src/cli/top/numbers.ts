/* Numbers for people, in few columns. */

const countUnits = ["", "k", "M", "G", "T", "P"] as const;
const byteUnits = ["", "K", "M", "G", "T", "P"] as const;

/** `0` to `99999` as they are; then `100k`, `1.2M`. */
export function countText(count: number): string {
  return count < 100_000 ? `${Math.round(count)}` : scaled(count, 1000, countUnits);
}

/** `512`, `1.5K`, `20M`: powers of 1024. */
export function bytesText(bytes: number): string {
  return scaled(bytes, 1024, byteUnits);
}

/** `0`, `0.3`, `12`, `1.2M`; `-` where it is not known. */
export function rateText(rate: number | undefined): string {
  if (rate === undefined) {
    return "-";
  }
  return rate > 0 && rate < 9.95 ? rate.toFixed(1) : countText(rate);
}

/** `5s`, `3:20`, `4:02:10`, `12d 04:02`. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (minutes === 0) {
    return `${seconds}s`;
  }
  if (hours === 0) {
    return `${minutes}:${two(seconds % 60)}`;
  }
  return days === 0
    ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`
    : `${days}d ${two(hours % 24)}:${two(minutes % 60)}`;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let unit = 0;
  let scaledValue = value;
  while (scaledValue >= step && unit < units.length - 1) {
    scaledValue /= step;
    unit++;
  }
  return `${unit > 0 && scaledValue < 9.95 ? scaledValue.toFixed(1) : Math.round(scaledValue)}${units[unit] ?? ""}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
