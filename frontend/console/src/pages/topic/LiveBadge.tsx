import type { Phase } from "@headwater/live";
import classes from "./LiveBadge.module.css";

const WORDS = {
  connecting: "Connecting",
  live: "Live",
  waiting: "Reconnecting",
  ended: "Stopped",
  paused: "Paused",
} as const;

/** The state of the tail in one word, which screen readers hear when it changes. */
export function LiveBadge({ phase, paused }: { phase: Phase; paused: boolean }) {
  const state = paused && phase.name === "live" ? "paused" : phase.name;
  return (
    <span className={classes.badge} data-state={state} role="status">
      <span className={classes.dot} aria-hidden="true" />
      {WORDS[state]}
    </span>
  );
}
