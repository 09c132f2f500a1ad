/** From a service's series to what a chart draws and says. Unknown points stay gaps. */

export type Points = (number | null)[];

export interface Line {
  label: string;
  points: Points;
  /** Which of the chart colours, from 1. */
  colour: 1 | 2 | 3;
}

/** What a figure is, which decides its words and the steps of its axis. */
export type Unit = "bytes" | "bytes/s" | "records" | "records/s" | "seconds" | "partitions";

/** The last point that is known. */
export function latest(points: Points): number | null {
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const point = points[index];
    if (point !== null && point !== undefined) return point;
  }
  return null;
}

export function highest(points: Points): number | null {
  let found: number | null = null;
  for (const point of points) {
    if (point !== null && (found === null || point > found)) found = point;
  }
  return found;
}

export function isBlank(lines: Line[]): boolean {
  return lines.every(({ points }) => latest(points) === null);
}

/** Columns for uPlot: seconds, then each line, all as long as `times`. */
export function columnsOf(times: number[], lines: Line[]): [number[], ...Points[]] {
  return [
    times.map((time) => time / 1_000),
    ...lines.map(({ points }) => times.map((_, index) => points[index] ?? null)),
  ];
}

/** Where the value axis ends: a little above the highest point, and never nowhere. */
export function ceilingOf(highestPoint: number | null, unit: Unit): number {
  const least = unit === "bytes" || unit === "bytes/s" ? 1_024 : 1;
  return Math.max(least, (highestPoint ?? 0) * 1.1);
}

/** Steps of a byte axis are powers of two, so that its ticks read as whole KiB and MiB. */
export const BYTE_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** In words, for people who cannot see the drawing. */
export function describe(lines: Line[], write: (value: number) => string): string {
  if (isBlank(lines)) return "no figures yet";
  return lines
    .map(({ label, points }) => {
      const now = latest(points);
      const most = highest(points);
      if (now === null || most === null) return `${label}: not known`;
      return `${label}: now ${write(now)}, at most ${write(most)}`;
    })
    .join("; ");
}
