import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import type { Phase } from "@headwater/live";
import type { Subscription } from "../../live/subscription";
import { useRevision } from "../../live/useSubscription";
import { formatCount } from "../../records/format";
import type { HeldView } from "./LiveRows";
import classes from "./LiveNotice.module.css";

interface Props {
  subscription: Subscription;
  phase: Phase;
  paused: boolean;
  held: HeldView | null;
  onResume: () => void;
  onFollow: () => void;
}

/** Says why the list stands still, and offers the way on. Nothing ever stops silently. */
export function LiveNotice({ subscription, phase, paused, held, onResume, onFollow }: Props) {
  if (phase.name === "ended" || phase.name === "waiting") {
    const ended = phase.name === "ended";
    return (
      <Bar
        tone={ended ? "bad" : "warn"}
        label={ended ? "Start again" : "Try now"}
        onAct={() => subscription.retryNow()}
      >
        {ended ? phase.reason : `${phase.reason} Trying again…`}
      </Bar>
    );
  }
  if (paused) {
    return (
      <Bar tone="warn" label="Resume" onAct={onResume}>
        Paused. What comes meanwhile is not shown here.
      </Bar>
    );
  }
  if (held) {
    return (
      <Bar tone="calm" label="To the newest" onAct={onFollow}>
        Held while you read. <NewSince subscription={subscription} received={held.received} />
      </Bar>
    );
  }
  return null;
}

function NewSince({ subscription, received }: { subscription: Subscription; received: number }) {
  useRevision(subscription);
  const count = subscription.tail.received - received;
  return <span className="tabular">{formatCount(count)} new above.</span>;
}

interface BarProps {
  tone: "bad" | "warn" | "calm";
  label: string;
  onAct: () => void;
  children: ReactNode;
}

function Bar({ tone, label, onAct, children }: BarProps) {
  return (
    <div className={classes.bar} data-tone={tone}>
      <span>{children}</span>
      <Button size="compact-sm" variant="default" onClick={onAct}>
        {label}
      </Button>
    </div>
  );
}
