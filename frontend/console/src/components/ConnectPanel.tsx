import { Text } from "@mantine/core";

import type { OverviewBody } from "../api/types";
import { TextLink } from "./links";
import { Panel } from "./Panel";
import { SnippetTabs } from "./SnippetTabs";

interface Props {
  overview: OverviewBody;
  topic?: string | undefined;
}

/** Lines to paste, filled in as far as the console knows: the key's secret it never sees. */
export function ConnectPanel({ overview, topic }: Props) {
  return (
    <Panel title="Connect">
      <SnippetTabs overview={overview} {...(topic !== undefined && { topic })} />
      <Text size="xs" c="dimmed" mt="sm">
        Put an{" "}
        <TextLink to="/keys" size="xs" underline="always">
          API key
        </TextLink>{" "}
        and its secret in the places named KEY and SECRET. One key logs in to Kafka, REST and
        websockets alike.
      </Text>
    </Panel>
  );
}
