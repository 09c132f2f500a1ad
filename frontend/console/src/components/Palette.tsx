import { Spotlight, spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { useSignOut } from "../api/hooks/session";
import { useTopics } from "../api/hooks/topics";
import type { TopicBody } from "../api/types";
import { LiveIcon, MoonIcon, OverviewIcon, SearchIcon, SignOutIcon, TopicsIcon } from "./icons";
import { useThemeToggle } from "./ThemeToggle";
import { useWorkspace } from "./Workspace";

export const openPalette = spotlight.open;

// With many thousand topics the list must stay quick to filter and to draw.
const TOPICS_SHOWN = 8;

// The shortcut types nothing, so it works while a text field has the focus as well.
const NOWHERE: string[] = [];

/** The command palette: every page, every topic, a few commands. */
export function Palette() {
  const { tenant } = useWorkspace();
  const topics = useTopics(tenant.cluster_id);
  const navigate = useNavigate();
  const theme = useThemeToggle();
  const signOut = useSignOut();
  const [query, setQuery] = useState("");
  const found = useMemo(() => firstMatches(topics.data ?? [], query), [topics.data, query]);

  const actions: SpotlightActionGroupData[] = [
    {
      group: "Pages",
      actions: [
        {
          id: "overview",
          label: "Overview",
          leftSection: <OverviewIcon />,
          onClick: () => void navigate({ to: "/" }),
        },
        {
          id: "topics",
          label: "Topics",
          leftSection: <TopicsIcon />,
          onClick: () => void navigate({ to: "/topics" }),
        },
      ],
    },
    {
      group: "Live topics",
      actions: found.map((topic) => ({
        id: `topic:${topic}`,
        label: topic,
        leftSection: <LiveIcon />,
        onClick: () => void navigate({ to: "/topics/$topic/live", params: { topic } }),
      })),
    },
    {
      group: "Commands",
      actions: [
        {
          id: "theme",
          label: `Switch to ${theme.other} colours`,
          leftSection: <MoonIcon />,
          onClick: theme.toggle,
        },
        {
          id: "sign-out",
          label: "Sign out",
          leftSection: <SignOutIcon />,
          onClick: () => signOut.mutate(),
        },
      ],
    },
  ];

  return (
    <Spotlight
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      tagsToIgnore={NOWHERE}
      attributes={{ content: { "aria-label": "Search and commands" } }}
      shortcut={["mod + K"]}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="Nothing has that name."
      searchProps={{
        leftSection: <SearchIcon />,
        placeholder: "Go to a page or a topic…",
        "aria-label": "Go to a page or a topic",
      }}
    />
  );
}

function firstMatches(topics: TopicBody[], query: string): string[] {
  const wanted = query.trim().toLowerCase();
  const found: string[] = [];
  for (const { topic_name: name } of topics) {
    if (!name.toLowerCase().includes(wanted)) continue;
    found.push(name);
    if (found.length === TOPICS_SHOWN) break;
  }
  return found;
}
