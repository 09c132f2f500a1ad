import { Button, Chip, Group, Kbd, Text, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useRef, useState, type ReactNode } from "react";

import { may, refusal } from "../access";
import { useTopicRows } from "../api/hooks/topics";
import type { TopicRowBody } from "../api/topicTypes";
import { DeleteTopic } from "../components/DeleteTopic";
import { PlusIcon, SearchIcon } from "../components/icons";
import { OfferedButton } from "../components/Offered";
import { PageHeader } from "../components/PageHeader";
import { Empty, Failure, Loading } from "../components/states";
import { orderOf, sortOf, type Order } from "../components/sorting";
import { TopicTable } from "../components/TopicTable";
import { useAddressedText } from "../components/useAddressedText";
import { useCreating } from "../components/useCreating";
import { useWorkspace } from "../components/Workspace";
import { formatBytes, formatCount, formatPlural } from "../records/format";
import classes from "./Topics.module.css";
import { isAiling, matchingTopics } from "./topicsSearch";

const route = getRouteApi("/console/topics");

const CreateTopic = lazy(() =>
  import("../components/CreateTopic").then((module) => ({ default: module.CreateTopic })),
);

const NO_TOPICS: TopicRowBody[] = [];

export function Topics() {
  const { tenant } = useWorkspace();
  const { find = "", sort, ailing = false } = route.useSearch();
  const navigate = route.useNavigate();
  const topics = useTopicRows(tenant.name);
  const [filter, setFilter, settled] = useAddressedText(find, (words) =>
    void navigate({
      replace: true,
      hash: true,
      search: ({ find: _, ...now }) => (words ? { ...now, find: words } : now),
    }),
  );
  const [creating, setCreating] = useCreating();
  const [deleting, setDeleting] = useState<string | null>(null);
  const filterInput = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => filterInput.current?.focus()]]);

  const all = topics.data?.data ?? NO_TOPICS;
  const shown = useMemo(() => matchingTopics(all, settled, ailing), [all, settled, ailing]);
  const ailingCount = useMemo(() => all.filter(isAiling).length, [all]);
  const onOrder = (next: Order | null) =>
    void navigate({
      replace: true,
      search: ({ sort: _, ...now }) =>
        next ? { ...now, sort: sortOf(next) } : now,
    });
  const order = useMemo(() => orderOf(sort), [sort]);

  const create = (
    <OfferedButton
      refusal={refusal(tenant, "ADMINISTER", "create topics")}
      shortcut="c"
      leftSection={<PlusIcon size={16} />}
      onClick={() => setCreating(true)}
    >
      Create topic
    </OfferedButton>
  );

  return (
    <div className={classes.page}>
      <PageHeader
        title="Topics"
        subtitle={topics.data && summary(all, tenant.name)}
        actions={create}
      />
      {topics.isPending && <Loading what="topics" />}
      {topics.isError && (
        <Failure
          title={topics.data ? "These figures are getting old" : "The topics could not be read"}
          error={topics.error}
          onRetry={() => void topics.refetch()}
        />
      )}
      {topics.data && all.length === 0 && <NoTopics create={create} />}
      {all.length > 0 && (
        <>
          <Group mb="sm">
            <TextInput
              ref={filterInput}
              aria-label="Filter topics by name"
              placeholder="Filter by name"
              w={320}
              leftSection={<SearchIcon size={16} />}
              rightSection={filter ? null : <Kbd size="xs">/</Kbd>}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Escape") setFilter("");
                const [first] = shown;
                if (event.key === "Enter" && first) {
                  void navigate({ to: "/topics/$topic/live", params: { topic: first.name } });
                }
              }}
            />
            {(ailingCount > 0 || ailing) && (
              <Chip
                size="sm"
                checked={ailing}
                onChange={(only) =>
                  void navigate({
                    replace: true,
                    search: ({ ailing: _, ...now }) => (only ? { ...now, ailing: true } : now),
                  })
                }
              >
                {formatCount(ailingCount)} not in full health
              </Chip>
            )}
            {(settled || ailing) && (
              <Text size="sm" c="dimmed" role="status">
                {formatCount(shown.length)} found
              </Text>
            )}
          </Group>
          {shown.length === 0 ? (
            <Empty
              title="No topic has this name"
              action={
                <Button variant="default" mt="sm" onClick={() => setFilter("")}>
                  Show all topics
                </Button>
              }
            >
              Names are searched for all words, in any order.
            </Empty>
          ) : (
            <TopicTable
              topics={shown}
              order={order}
              onOrder={onOrder}
              mayDelete={may(tenant, "ADMINISTER")}
              onDelete={setDeleting}
            />
          )}
        </>
      )}
      {creating && (
        <Suspense>
          <CreateTopic cluster={tenant.cluster_id} onClose={() => setCreating(false)} />
        </Suspense>
      )}
      {deleting !== null && (
        <DeleteTopic
          cluster={tenant.cluster_id}
          topic={deleting}
          onClose={() => setDeleting(null)}
        />
      )}
    </div>
  );
}

function summary(topics: TopicRowBody[], tenant: string): string {
  const bytes = topics.reduce((sum, topic) => sum + (topic.bytes ?? 0), 0);
  return `${formatPlural(topics.length, "topic")} in ${tenant}, ${formatBytes(bytes)}`;
}

function NoTopics({ create }: { create: ReactNode }) {
  return (
    <Empty title="No topics yet" action={create}>
      A topic is a named log: producers add records at its end, consumers read them in order, each at
      a place of its own. Create one here, or with any Kafka client; the overview has lines to paste.
    </Empty>
  );
}
