import "@mantine/spotlight/styles.css";

import { Spotlight, spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import { isOperator, may } from "../access";
import { useGroups } from "../api/hooks/groups";
import { useSignOut } from "../api/hooks/session";
import { useTopics } from "../api/hooks/topics";
import { placesFor } from "../places";
import {
  AccountIcon,
  GroupsIcon,
  KeyboardIcon,
  LiveIcon,
  MoonIcon,
  PlusIcon,
  SearchIcon,
  SignOutIcon,
} from "./icons";
import { firstMatches } from "./matches";
import { useThemeToggle } from "./ThemeToggle";
import { useWorkspace } from "./Workspace";

// With many thousand topics the list must stay quick to filter and to draw.
const SHOWN = 8;

interface Props {
  /** Counts how often it was asked for; each time it opens, or closes when it is open. */
  asked: number;
  onHelp: () => void;
}

/** Enter takes the first entry where none is marked: names may come after what was typed. */
function takeFirst(event: KeyboardEvent<HTMLInputElement>) {
  const palette = event.currentTarget.closest("[role=dialog]");
  if (event.key !== "Enter" || palette?.querySelector("[data-action][data-selected]")) return;
  palette?.querySelector<HTMLElement>("[data-action]")?.click();
}

/** The command palette: every page, topic and group, and what can be done from anywhere. */
export default function Palette({ asked, onHelp }: Props) {
  const { tenant, tenants, user } = useWorkspace();
  const topics = useTopics(tenant.cluster_id);
  const groups = useGroups(tenant.cluster_id);
  const navigate = useNavigate();
  const theme = useThemeToggle();
  const signOut = useSignOut();
  const [query, setQuery] = useState("");
  const answered = useRef(0);
  useEffect(() => {
    if (answered.current !== asked) spotlight.toggle();
    answered.current = asked;
  }, [asked]);
  const topicNames = useMemo(
    () => (topics.data ?? []).map(({ topic_name }) => topic_name),
    [topics.data],
  );
  const groupNames = useMemo(
    () => (groups.data ?? []).map(({ consumer_group_id }) => consumer_group_id),
    [groups.data],
  );

  const administers = may(tenant, "ADMINISTER");
  const creating = [
    { id: "create-topic", label: "Create topic", to: "/topics", offered: may(tenant, "WRITE") },
    { id: "issue-key", label: "Issue API key", to: "/keys", offered: administers },
    { id: "add-member", label: "Add member", to: "/members", offered: administers },
    {
      id: "create-account",
      label: "Create service account",
      to: "/service-accounts",
      offered: administers,
    },
    { id: "add-acls", label: "Add ACLs", to: "/acls", offered: administers },
    { id: "create-tenant", label: "Create tenant", to: "/tenants", offered: isOperator(user) },
  ] as const;
  const actions: SpotlightActionGroupData[] = [
    {
      group: "Pages",
      actions: placesFor(tenant, user).map(({ to, label, icon }) => ({
        id: to,
        label,
        leftSection: icon,
        onClick: () => void navigate({ to }),
      })),
    },
    {
      group: "Topics",
      actions: firstMatches(topicNames, query, SHOWN).map((topic) => ({
        id: `topic:${topic}`,
        label: topic,
        leftSection: <LiveIcon />,
        onClick: () => void navigate({ to: "/topics/$topic/live", params: { topic } }),
      })),
    },
    {
      group: "Consumer groups",
      actions: firstMatches(groupNames, query, SHOWN).map((group) => ({
        id: `group:${group}`,
        label: group,
        leftSection: <GroupsIcon />,
        onClick: () => void navigate({ to: "/groups/$group", params: { group } }),
      })),
    },
    {
      group: "Commands",
      actions: [
        ...creating
          .filter(({ offered }) => offered)
          .map(({ id, label, to }) => ({
            id,
            label,
            leftSection: <PlusIcon />,
            onClick: () => void navigate({ to, hash: "create" }),
          })),
        ...tenants
          .filter(({ name }) => name !== tenant.name)
          .map(({ name }) => ({
            id: `tenant:${name}`,
            label: `Switch to tenant ${name}`,
            leftSection: <AccountIcon />,
            onClick: () => void navigate({ to: "/", search: { tenant: name } }),
          })),
        {
          id: "theme",
          label: `Switch to ${theme.other} colours`,
          leftSection: <MoonIcon />,
          onClick: theme.toggle,
        },
        {
          id: "help",
          label: "Keyboard shortcuts",
          leftSection: <KeyboardIcon />,
          onClick: onHelp,
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
      attributes={{ content: { "aria-label": "Search and commands" } }}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={460}
      nothingFound="Nothing has that name."
      searchProps={{
        leftSection: <SearchIcon />,
        placeholder: "Go to a page, a topic or a group…",
        "aria-label": "Go to a page, a topic or a group",
        onKeyDown: takeFirst,
      }}
    />
  );
}
