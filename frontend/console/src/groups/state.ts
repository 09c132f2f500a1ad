/** A group's state in one spelling, and what it means. */

export interface StateWords {
  label: string;
  tone: "good" | "warn" | "idle";
  says: string;
}

const STATES: Record<string, StateWords> = {
  stable: { label: "Stable", tone: "good", says: "Every member has its partitions and reads." },
  empty: { label: "Empty", tone: "idle", says: "Nobody reads; the committed offsets are kept." },
  dead: { label: "Dead", tone: "idle", says: "The group is gone." },
  preparingrebalance: {
    label: "Rebalancing",
    tone: "warn",
    says: "Members are joining or leaving; partitions are about to be given out anew.",
  },
  completingrebalance: {
    label: "Rebalancing",
    tone: "warn",
    says: "Partitions are being given out; reading goes on in a moment.",
  },
  assigning: { label: "Assigning", tone: "warn", says: "Partitions are being given out." },
  reconciling: {
    label: "Reconciling",
    tone: "warn",
    says: "Members are letting go of partitions that others are to have.",
  },
};

/** Kafka writes `PreparingRebalance`, Confluent's REST `PREPARING_REBALANCE`: both are understood. */
export function wordsOfState(state: string): StateWords {
  const known = STATES[state.toLowerCase().replaceAll("_", "")];
  return known ?? { label: state, tone: "idle", says: "" };
}

/** Whether consumers may be in it; offsets are moved and groups deleted only when none is. */
export function isInUse(state: string): boolean {
  return !["empty", "dead"].includes(state.toLowerCase());
}
