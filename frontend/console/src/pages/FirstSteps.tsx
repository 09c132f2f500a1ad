import { List, Text } from "@mantine/core";

import { refusal } from "../access";
import type { OverviewBody } from "../api/types";
import { TextLink } from "../components/links";
import { Panel } from "../components/Panel";
import { useWorkspace } from "../components/Workspace";

/** What to do in a tenant that has nothing yet. */
export function FirstSteps({ overview }: { overview: OverviewBody }) {
  const { tenant } = useWorkspace();
  const denied = refusal(tenant, "WRITE", "create topics");
  return (
    <Panel title="First steps">
      <List type="ordered" size="sm" spacing="xs">
        <List.Item>
          {denied ?? (
            <>
              <TextLink to="/topics" size="sm" underline="always">
                Create a topic
              </TextLink>
              : a named log of records, split into partitions that are read side by side.
            </>
          )}
        </List.Item>
        <List.Item>
          <TextLink to="/keys" size="sm" underline="always">
            Issue an API key
          </TextLink>{" "}
          for the program that is to write or read.
        </List.Item>
        <List.Item>
          Point any Kafka client at <span className="mono">{overview.bootstrap_servers}</span>;
          lines to paste stand under Connect.
        </List.Item>
      </List>
      <Text size="sm" c="dimmed" mt="sm">
        Records show here, and on the topic&apos;s own page, the moment they are committed.
      </Text>
    </Panel>
  );
}
