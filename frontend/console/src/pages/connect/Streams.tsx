import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import {
  useConnectorConfig,
  useConnectorTopics,
  type ConnectorBody,
} from "../../api/hooks/connectors";
import { TextLink } from "../../components/links";
import { Panel } from "../../components/Panel";
import { Failure } from "../../components/states";
import { deadLetterTopic, groupOf, topicsOf } from "../../connect/streams";

interface Props {
  tenant: string;
  connector: ConnectorBody;
}

/** Where its records are: the ways to its topics, its consumer group and its dead letters. */
export function Streams({ tenant, connector: { name, kind } }: Props) {
  const topics = useConnectorTopics(tenant, name);
  const config = useConnectorConfig(tenant, name);
  const deadLetters = deadLetterTopic(config.data ?? {});
  const named = topicsOf(config.data ?? {}, topics.data ?? []);
  const sink = kind === "sink";
  return (
    <Panel title="Topics">
      <Stack gap="xs">
        {topics.isError && (
          <Failure title="Its topics could not be read" error={topics.error} />
        )}
        <Named name={sink ? "Reads" : "Written so far"}>
          {topics.data && named.length === 0 && <Text size="sm">none yet</Text>}
          {named.map((topic) => (
            <TopicLink key={topic} topic={topic} />
          ))}
        </Named>
        {sink && (
          <Named name="Consumer group">
            <TextLink to="/groups/$group" params={{ group: groupOf(name) }} size="sm">
              {groupOf(name)}
            </TextLink>
          </Named>
        )}
        {deadLetters !== null && (
          <Named name="Dead letters">
            <TopicLink topic={deadLetters} />
          </Named>
        )}
      </Stack>
    </Panel>
  );
}

function TopicLink({ topic }: { topic: string }) {
  return (
    <TextLink
      to="/topics/$topic"
      params={{ topic }}
      size="sm"
      style={{ overflowWrap: "anywhere" }}
    >
      {topic}
    </TextLink>
  );
}

function Named({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group gap="sm" align="baseline" role="group" aria-label={name}>
      <Text size="sm" c="dimmed" miw={120}>
        {name}
      </Text>
      {children}
    </Group>
  );
}
