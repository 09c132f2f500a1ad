import { Tooltip } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState, type ReactNode } from "react";

import { Sparkline } from "../../components/Sparkline";
import { RateMeter } from "../../live/rate";
import type { Subscription } from "../../live/subscription";
import { formatAge, formatBytes, formatCount, formatRate } from "../../records/format";
import classes from "./LiveStats.module.css";

// Figures that change faster than this cannot be read.
const REFRESH_MS = 500;

export function LiveStats({
  subscription,
  paused,
}: {
  subscription: Subscription;
  paused: boolean;
}) {
  const [now, setNow] = useState(() => performance.now());
  useInterval(() => setNow(performance.now()), REFRESH_MS, { autoInvoke: true });

  const { rate, tail, skipped, bytes, filter, progress } = subscription;
  const perSecond = rate.rate(now);
  const newest = tail.newestTimestamp;
  return (
    <div className={classes.strip}>
      <Stat name={filter ? "Matches a second" : "Records a second"} wide>
        <span className={classes.figure}>{paused ? "–" : formatRate(perSecond)}</span>
        <div className={classes.chart}>
          <Sparkline
            values={rate.history(now)}
            span={RateMeter.SPAN}
            label={`${filter ? "Matches" : "Records"} a second over the last minute`}
          />
        </div>
      </Stat>
      <Stat name={filter ? "Matched" : "Received"}>
        <span className={classes.figure}>{formatCount(tail.received)}</span>
        <span className={classes.note}>
          {filter ? progress && `of ${formatCount(progress.scanned)}` : formatBytes(bytes)}
        </span>
      </Stat>
      <Tooltip
        label="Records that the service left out, because more came than this page can show. A consumer gets them all."
        multiline
        w={280}
      >
        <div className={classes.stat} tabIndex={0}>
          <span className={classes.name}>Skipped</span>
          <span className={classes.row}>
            <span className={classes.figure} data-warn={skipped > 0}>
              {formatCount(skipped)}
            </span>
          </span>
        </div>
      </Tooltip>
      <Stat name="Newest record">
        <span className={classes.figure}>
          {newest === null ? "–" : formatAge(Date.now() - newest)}
        </span>
        {newest !== null && <span className={classes.note}>ago</span>}
      </Stat>
    </div>
  );
}

function Stat({ name, wide, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={classes.stat} data-wide={wide}>
      <span className={classes.name}>{name}</span>
      <span className={classes.row}>{children}</span>
    </div>
  );
}
