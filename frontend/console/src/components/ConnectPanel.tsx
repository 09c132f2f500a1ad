import { Tabs, Text } from "@mantine/core";

import type { OverviewBody } from "../api/types";
import { Snippet } from "./Copy";
import { snippets } from "./snippets";
import { Panel } from "./Panel";

/** Lines to paste, filled in as far as the console knows: the key's secret it never sees. */
export function ConnectPanel({ overview }: { overview: OverviewBody }) {
  const all = snippets(overview, window.location.origin);
  return (
    <Panel title="Connect">
      <Tabs defaultValue={all[0]!.name} keepMounted={false}>
        <Tabs.List mb="sm">
          {all.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map(({ name, code }) => (
          <Tabs.Panel key={name} value={name}>
            <Snippet code={code} what={`${name} example`} />
          </Tabs.Panel>
        ))}
      </Tabs>
      <Text size="xs" c="dimmed" mt="sm">
        Put an API key and its secret in the places named KEY and SECRET. One key logs in to Kafka,
        REST and websockets alike.
      </Text>
    </Panel>
  );
}
