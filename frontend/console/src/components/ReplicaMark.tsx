import { Tooltip } from "@mantine/core";

import { formatPlural } from "../records/format";
import { AlertIcon } from "./icons";
import classes from "./ReplicaMark.module.css";

interface Props {
  /** Partitions without a leader. */
  offline: number;
  /** Partitions with fewer replicas in sync than they have. */
  underReplicated: number;
}

/** Stands beside a topic's name while something is wrong with its replicas. */
export function ReplicaMark({ offline, underReplicated }: Props) {
  if (offline === 0 && underReplicated === 0) return null;
  const bad = offline > 0;
  const words = bad
    ? `${formatPlural(offline, "partition")} without a leader`
    : `${formatPlural(underReplicated, "partition")} under-replicated`;
  return (
    <Tooltip label={words}>
      <span className={classes.mark} data-tone={bad ? "bad" : "warn"} role="img" aria-label={words}>
        <AlertIcon size={14} />
        {bad ? offline : underReplicated}
      </span>
    </Tooltip>
  );
}
