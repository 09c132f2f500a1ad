import { Tabs } from "@mantine/core";

import type { OverviewBody } from "../api/types";
import { Snippet } from "./Copy";
import { snippets, type Credentials } from "./snippets";

interface Props {
  overview: OverviewBody;
  credentials?: Credentials;
  topic?: string;
}

/** How five clients reach this cluster, to be copied. */
export function SnippetTabs({ overview, credentials, topic }: Props) {
  const all = snippets(overview, window.location.origin, credentials, topic);
  return (
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
  );
}
