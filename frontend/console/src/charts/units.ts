/** Figures of charts in words. */

import { formatBytes } from "../records/format";
import type { Unit } from "./plot";

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const integers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

export function writeUnit(value: number, unit: Unit): string {
  switch (unit) {
    case "bytes":
      return formatBytes(value);
    case "bytes/s":
      return `${formatBytes(value)}/s`;
    case "records/s":
      return `${writeCount(value)}/s`;
    case "seconds":
      return writeSeconds(value);
    default:
      return writeCount(value);
  }
}

/** `950`, `12,345`, `2M`: exact while it is short. */
export function writeCount(value: number): string {
  if (value >= 1_000_000) return compact.format(value);
  return value < 10 ? tenths.format(value) : integers.format(value);
}

/** One unit, the one that people would say. */
export function writeSeconds(seconds: number): string {
  if (seconds === 0) return "0 s";
  if (seconds < 1) return `${integers.format(seconds * 1_000)} ms`;
  if (seconds < 60) return `${tenths.format(seconds)} s`;
  if (seconds < 3_600) return `${tenths.format(seconds / 60)} min`;
  if (seconds < 172_800) return `${tenths.format(seconds / 3_600)} h`;
  return `${tenths.format(seconds / 86_400)} d`;
}
