/** From the service's rows of usage to lines over time and sums. Pure. */

export type UsageBy = "tenant" | "principal" | "topic";
export type UsageStep = "hour" | "day";

export interface UsageOrders {
  by: UsageBy;
  step: UsageStep;
  /** RFC 3339, at the beginning of an hour or day in UTC. */
  since: string;
  until: string;
}

/** Null where nobody counts it: a principal stores nothing, a topic has no connectors. */
type Count = number | null;

export interface UsageRow {
  /** RFC 3339: when the hour or day begins. */
  at: string;
  /** Of the principal or topic; null for the tenant as a whole. */
  name: string | null;
  bytes_in: Count;
  bytes_out: Count;
  records_in: Count;
  requests: Count;
  stored_bytes_max: Count;
  partitions_max: Count;
  /** Summed over the tasks that ran. */
  connector_task_seconds: Count;
}

export interface UsageBody {
  step: UsageStep;
  data: UsageRow[];
}

export type Measure =
  | "bytes_in"
  | "bytes_out"
  | "records_in"
  | "requests"
  | "stored_bytes_max"
  | "partitions_max"
  | "connector_task_seconds";

/** What sums up over time; the others are the most that there was. */
const SUMMED: ReadonlySet<Measure> = new Set([
  "bytes_in",
  "bytes_out",
  "records_in",
  "requests",
  "connector_task_seconds",
]);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface UsageSpan {
  value: string;
  label: string;
  step: UsageStep;
  steps: number;
}

export const SPANS: UsageSpan[] = [
  { value: "24h", label: "24 hours", step: "hour", steps: 24 },
  { value: "7d", label: "7 days", step: "hour", steps: 7 * 24 },
  { value: "30d", label: "30 days", step: "day", steps: 30 },
  { value: "90d", label: "90 days", step: "day", steps: 90 },
];

/** The span's hours or days, the running one as the last; `now` in Unix milliseconds. */
export function ordersOf(span: UsageSpan, by: UsageBy, now: number): UsageOrders {
  const length = span.step === "hour" ? HOUR_MS : DAY_MS;
  const end = Math.floor(now / length) * length + length;
  return {
    by,
    step: span.step,
    since: new Date(end - span.steps * length).toISOString(),
    until: new Date(end).toISOString(),
  };
}

/** Unix milliseconds of every step; those in which nothing was used as well. */
export function timesOf({ step, since, until }: UsageOrders): number[] {
  const length = step === "hour" ? HOUR_MS : DAY_MS;
  const times: number[] = [];
  for (let at = Date.parse(since); at < Date.parse(until); at += length) times.push(at);
  return times;
}

/** One line: the sum of `rows` by step. A step without a row had nothing. */
export function lineOf(rows: UsageRow[], times: number[], measure: Measure): number[] {
  const byTime = new Map<number, number>();
  for (const row of rows) {
    const at = Date.parse(row.at);
    byTime.set(at, (byTime.get(at) ?? 0) + (row[measure] ?? 0));
  }
  return times.map((time) => byTime.get(time) ?? 0);
}

export interface NamedLine {
  name: string;
  points: number[];
}

/** A line of each of those that used most of `measure`, `most` at most, the greatest first. */
export function greatestOf(
  rows: UsageRow[],
  times: number[],
  measure: Measure,
  most: number,
): NamedLine[] {
  return totalsOf(rows, measure)
    .filter((used) => used[measure] > 0)
    .slice(0, most)
    .map(({ name }) => ({
      name,
      points: lineOf(
        rows.filter((row) => (row.name ?? "") === name),
        times,
        measure,
      ),
    }));
}

export interface Used extends Record<Measure, number> {
  name: string;
}

/** Per name what it used over all steps, the greatest users of `measure` first. */
export function totalsOf(rows: UsageRow[], measure: Measure): Used[] {
  const byName = new Map<string, Used>();
  for (const row of rows) {
    const name = row.name ?? "";
    const total = byName.get(name) ?? {
      name,
      bytes_in: 0,
      bytes_out: 0,
      records_in: 0,
      requests: 0,
      stored_bytes_max: 0,
      partitions_max: 0,
      connector_task_seconds: 0,
    };
    for (const each of Object.keys(total) as (keyof Used)[]) {
      if (each === "name") continue;
      const count = row[each] ?? 0;
      total[each] = SUMMED.has(each) ? total[each] + count : Math.max(total[each], count);
    }
    byName.set(name, total);
  }
  return [...byName.values()].sort((a, b) => b[measure] - a[measure] || a.name.localeCompare(b.name));
}
