/** A connector's states in words, and what its tasks counted. */

import type { ConnectorBody, ConnectorTaskBody } from "../api/hooks/connectors";
import { formatAge } from "../records/format";

export interface StateWords {
  label: string;
  tone: "good" | "warn" | "bad" | "idle";
  says: string;
}

const STATES: Record<string, StateWords> = {
  RUNNING: { label: "Running", tone: "good", says: "It moves records." },
  PAUSED: { label: "Paused", tone: "idle", says: "Its tasks wait until it is resumed." },
  STOPPED: { label: "Stopped", tone: "idle", says: "It has no tasks; its offsets can be changed." },
  FAILED: { label: "Failed", tone: "bad", says: "An error ended it; it is tried again by itself." },
  UNASSIGNED: { label: "Waiting", tone: "warn", says: "No worker has taken it yet." },
  RESTARTING: { label: "Restarting", tone: "warn", says: "It is being started anew." },
};

export function wordsOfState(state: string): StateWords {
  return STATES[state] ?? { label: state, tone: "idle", says: "" };
}

/** As its tasks are: one that has failed makes the connector look failed in a list. */
export function stateOf({ state, tasks }: ConnectorBody): string {
  return tasks.some((task) => task.state === "FAILED") ? "FAILED" : state;
}

/** Sum of what the tasks counted under `name`; null where none of them did. */
export function counted(tasks: ConnectorTaskBody[], name: string): number | null {
  const figures = tasks.map(({ metrics }) => metrics[name]).filter((figure) => figure != null);
  const numbers = figures.map(Number).filter((figure) => !Number.isNaN(figure));
  return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0);
}

/**
 * Why tasks that run move or commit nothing, each reason once and with how long it has been so at
 * most: their target is to be asked again.
 */
export function waits(tasks: ConnectorTaskBody[]): string[] {
  const longest = new Map<string, number>();
  for (const { state, metrics } of tasks) {
    const why = metrics["waiting"];
    if (state !== "RUNNING" || typeof why !== "string" || why === "") continue;
    const seconds = Number(metrics["waiting_s"] ?? 0);
    longest.set(why, Math.max(longest.get(why) ?? 0, seconds));
  }
  return [...longest].map(([why, seconds]) => `${why} (for ${formatAge(seconds * 1_000)})`);
}

const OWN_ERROR = /^connect\.spi\.errors\.\w+: /;

/**
 * What failed, in one line: Python tells it last. Which of Connect's own errors it was says nothing
 * beside the sentence.
 */
export function headline(trace: string): string | null {
  const lines = trace.split("\n").filter((line) => line.trim() !== "");
  const line = lines[0]?.startsWith("Traceback") ? lines.at(-1) : lines[0];
  return line?.replace(OWN_ERROR, "") ?? null;
}

/** Points of a counter as a rate per second between neighbours; null where it began anew. */
export function rates(times: number[], counts: (number | null)[]): (number | null)[] {
  return counts.map((count, index) => {
    const before = counts[index - 1];
    const passed = (times[index] ?? 0) - (times[index - 1] ?? 0);
    if (index === 0 || count === null || before == null || passed <= 0) return null;
    return count < before ? null : ((count - before) * 1_000) / passed;
  });
}
