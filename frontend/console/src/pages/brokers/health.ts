/** What brokers' figures mean: a state in words, how full a disk is, how far a move has come. */

import type { CellBrokerBody, ReassignmentBody } from "../../api/hooks/brokers";

import { formatCount } from "../../records/format";

export interface BrokerState {
  label: string;
  tone: "good" | "warn" | "bad";
}

export function stateOf({ state, draining, lacks_room, replicas }: CellBrokerBody): BrokerState {
  if (state === "fenced") return { label: "not answering", tone: "bad" };
  if (lacks_room) return { label: "disk full", tone: "bad" };
  if (draining) {
    return replicas === 0
      ? { label: "drained", tone: "good" }
      : { label: `draining, ${formatCount(replicas)} left`, tone: "warn" };
  }
  return { label: "serving", tone: "good" };
}

export interface DiskUse {
  used: number;
  total: number;
  /** 0 to 100. */
  percent: number;
  tone: "good" | "warn" | "bad";
}

const TIGHT = 75;
const NEARLY_FULL = 90;

/** Null while the broker has not told. */
export function diskOf({
  disk_bytes: total,
  disk_free_bytes: free,
}: CellBrokerBody): DiskUse | null {
  if (total === null || free === null || total <= 0) return null;
  const used = Math.max(0, total - free);
  const percent = Math.min(100, (used / total) * 100);
  const tone = percent >= NEARLY_FULL ? "bad" : percent >= TIGHT ? "warn" : "good";
  return { used, total, percent, tone };
}

/** Why a broker cannot be removed yet; null when it can. */
export function whyNotRemove({ state, draining, replicas }: CellBrokerBody): string | null {
  if (!draining) return "Drain it first, so that others take over what it holds.";
  if (replicas > 0) return `It still holds ${replicas} replicas; wait until they have moved.`;
  if (state === "running") return "It holds nothing any more. Stop its process, then remove it.";
  return null;
}

/** Of a move, 0 to 100 percent; null while its partition's leader has not told. Copies go on being
 * written to, so one that has everything may be a little behind what its leader said last. */
export function percentMoved({
  copy_bytes: all,
  remaining_bytes: left,
}: Pick<ReassignmentBody, "copy_bytes" | "remaining_bytes">): number | null {
  if (all === null || left === null) return null;
  if (all <= 0) return left > 0 ? 0 : 100;
  return Math.floor(100 * Math.max(0, 1 - left / all));
}
