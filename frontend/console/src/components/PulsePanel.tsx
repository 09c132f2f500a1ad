import { Group, Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";

import { useTopics } from "../api/hooks/topics";
import type { TopicBody } from "../api/types";
import { RateMeter } from "../live/rate";
import type { Subscription } from "../live/subscription";
import { useSubscription } from "../live/useSubscription";
import { formatClock, formatRate } from "../records/format";
import { FieldPreview } from "./FieldPreview";
import { ButtonLink } from "./links";
import { Panel } from "./Panel";
import classes from "./PulsePanel.module.css";
import { Sparkline } from "./Sparkline";

const REFRESH_MS = 500;
const LINES = 6;

/** One topic's pulse on the front page: its rate and its last few records. */
export function PulsePanel({ cluster }: { cluster: string }) {
  const topics = useTopics(cluster);
  const topic = topics.data && firstOwn(topics.data);
  if (topic) return <Pulse key={topic} cluster={cluster} topic={topic} />;
  return (
    <Panel title="Live">
      <Text size="sm" c="dimmed">
        {topics.data ? "Records show here as soon as there is a topic." : "…"}
      </Text>
    </Panel>
  );
}

function firstOwn(topics: TopicBody[]): string | undefined {
  return topics.find(({ is_internal, topic_name }) => !is_internal && !topic_name.startsWith("_"))
    ?.topic_name;
}

function Pulse({ cluster, topic }: { cluster: string; topic: string }) {
  const subscription = useSubscription(cluster, topic, "end-1");
  const [now, setNow] = useState(() => performance.now());
  useInterval(() => setNow(performance.now()), REFRESH_MS, { autoInvoke: true });
  return (
    <Panel title={`Live: ${topic}`}>
      <Group wrap="nowrap" align="center" gap="lg">
        <div className={classes.rate}>
          <span className={classes.figure}>{formatRate(subscription.rate.rate(now))}</span>
          <Text size="xs" c="dimmed">
            records a second
          </Text>
        </div>
        <div className={classes.chart}>
          <Sparkline
            values={subscription.rate.history(now)}
            span={RateMeter.SPAN}
            label={`Records a second in ${topic} over the last minute`}
          />
        </div>
        <ButtonLink variant="default" size="xs" to="/topics/$topic/live" params={{ topic }}>
          Watch
        </ButtonLink>
      </Group>
      <Newest subscription={subscription} />
    </Panel>
  );
}

function Newest({ subscription }: { subscription: Subscription }) {
  const { visible } = subscription.tail;
  return (
    <ul className={`mono ${classes.lines}`} aria-label="The newest records">
      {Array.from({ length: LINES }, (_, age) => {
        const entry = visible.newest(age);
        if (!entry) return <li key={age}>&nbsp;</li>;
        const { timestamp, key, value } = entry.record;
        return (
          <li key={age}>
            <span className={classes.time}>
              {timestamp === null ? "–" : formatClock(timestamp)}
            </span>
            <span className={classes.key}>
              <FieldPreview field={key} />
            </span>
            <FieldPreview field={value} />
          </li>
        );
      })}
    </ul>
  );
}
