import { Button, Group, Kbd, Text, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useMemo, useRef, useState } from "react";

import { useTopics } from "../api/hooks/topics";
import { CreateTopic } from "../components/CreateTopic";
import { DeleteTopic } from "../components/DeleteTopic";
import { PlusIcon, SearchIcon } from "../components/icons";
import { PageHeader } from "../components/PageHeader";
import { Empty, Failure, Loading } from "../components/states";
import { TopicTable } from "../components/TopicTable";
import { mayChange, useWorkspace } from "../components/Workspace";
import { formatCount } from "../records/format";
import classes from "./Topics.module.css";

export function Topics() {
  const { tenant } = useWorkspace();
  const topics = useTopics(tenant.cluster_id);
  const [filter, setFilter] = useState("");
  const [settled] = useDebouncedValue(filter, 80);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<string | null>(null);
  const filterInput = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => filterInput.current?.focus()]]);

  const shown = useMemo(() => {
    const wanted = settled.trim().toLowerCase();
    return (topics.data ?? []).filter(({ topic_name }) =>
      topic_name.toLowerCase().includes(wanted),
    );
  }, [topics.data, settled]);
  const create = (
    <Tooltip label="Viewers cannot create topics" disabled={mayChange(tenant)}>
      <Button
        leftSection={<PlusIcon size={16} />}
        onClick={() => setCreating(true)}
        disabled={!mayChange(tenant)}
      >
        Create topic
      </Button>
    </Tooltip>
  );

  return (
    <div className={classes.page}>
      <PageHeader
        title="Topics"
        subtitle={topics.data && `${formatCount(topics.data.length)} in ${tenant.name}`}
        actions={create}
      />
      {topics.isPending && <Loading what="topics" />}
      {topics.isError && (
        <Failure
          title="The topics could not be read"
          error={topics.error}
          onRetry={() => void topics.refetch()}
        />
      )}
      {topics.data?.length === 0 && (
        <Empty title="No topics yet">
          A topic is a named, ordered log of records. Create one here, or with any Kafka client.
        </Empty>
      )}
      {topics.data && topics.data.length > 0 && (
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
              onKeyDown={(event) => event.key === "Escape" && setFilter("")}
            />
            {settled && (
              <Text size="sm" c="dimmed" role="status">
                {formatCount(shown.length)} found
              </Text>
            )}
          </Group>
          <TopicTable topics={shown} mayDelete={mayChange(tenant)} onDelete={setDeleting} />
        </>
      )}
      {creating && <CreateTopic cluster={tenant.cluster_id} onClose={() => setCreating(false)} />}
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
