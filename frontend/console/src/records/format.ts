/** Numbers, times and sizes as people read them. */

const integers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

export function formatCount(count: number): string {
  return integers.format(count);
}

/** `1 partition`, `6 partitions`: for words that only take an s. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Records a second: one decimal while it says something. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 ? tenths.format(perSecond) : integers.format(perSecond);
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? integers.format(size) : tenths.format(size)} ${UNITS[unit]}`;
}

const two = (part: number) => String(part).padStart(2, "0");

/** `14:05:09.042` in the reader's own time zone. */
export function formatClock(milliseconds: number): string {
  const date = new Date(milliseconds);
  const fraction = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}

/** `2026-03-01 14:05:09.042`, the clock with its date. */
export function formatDateTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${formatClock(milliseconds)}`;
}

const SPANS: [number, string][] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** `7 days`, `about 1.5 hours`, `500 ms`: a length of time that somebody chose. */
export function formatSpan(milliseconds: number): string {
  const fitting = SPANS.find(([unit]) => milliseconds >= unit);
  if (!fitting) return `${integers.format(milliseconds)} ms`;
  const [unit, word] = fitting;
  const count = milliseconds / unit;
  if (Number.isInteger(count)) return formatPlural(count, word);
  return `about ${tenths.format(count)} ${word}s`;
}

/** How long ago, in one unit; what lies ahead of this clock is "now". */
export function formatAge(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${tenths.format(milliseconds / 1_000)} s`;
  if (milliseconds < 3_600_000) return `${integers.format(milliseconds / 60_000)} min`;
  if (milliseconds < 172_800_000) return `${integers.format(milliseconds / 3_600_000)} h`;
  return `${integers.format(milliseconds / 86_400_000)} d`;
}
