import { ActionIcon, Badge, Tooltip } from "@mantine/core";
import { useMemo } from "react";

import type { TopicRowBody } from "../api/topicTypes";
import { formatBytes, formatCount, formatRate } from "../records/format";
import { TrashIcon } from "./icons";
import { TextLink } from "./links";
import { retentionWords } from "./retention";
import { ReplicaMark } from "./ReplicaMark";
import type { Order } from "./sorting";
import classes from "./TopicTable.module.css";
import { VirtualTable, type Column } from "./VirtualTable";

interface Props {
  topics: TopicRowBody[];
  order: Order | null;
  onOrder: (order: Order | null) => void;
  mayDelete: boolean;
  onDelete: (topic: string) => void;
}

/** Topics with their figures. Those that no broker has told yet are shown as a dash. */
export function TopicTable({ topics, order, onOrder, mayDelete, onDelete }: Props) {
  const columns = useMemo(() => columnsFor(mayDelete, onDelete), [mayDelete, onDelete]);
  return (
    <VirtualTable
      label="Topics"
      rows={topics}
      columns={columns}
      rowId={({ name }) => name}
      minWidth={980}
      order={order}
      onOrder={onOrder}
    />
  );
}

const UNKNOWN = <span className={classes.dim}>–</span>;

function figure(value: number | null, format: (value: number) => string) {
  return value === null ? UNKNOWN : format(value);
}

function columnsFor(mayDelete: boolean, onDelete: Props["onDelete"]): Column<TopicRowBody>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: "minmax(240px, 1fr)",
      by: ({ name }) => name,
      cell: (topic) => <Name topic={topic} />,
    },
    {
      id: "rate",
      header: "Records/s",
      width: "110px",
      align: "right",
      by: (topic) => topic.records_in_per_s,
      cell: (topic) => figure(topic.records_in_per_s, formatRate),
    },
    {
      id: "records",
      header: "Records",
      width: "140px",
      align: "right",
      by: ({ records }) => records,
      cell: ({ records }) => figure(records, formatCount),
    },
    {
      id: "size",
      header: "Size",
      width: "110px",
      align: "right",
      by: ({ bytes }) => bytes,
      cell: ({ bytes }) => figure(bytes, formatBytes),
    },
    {
      id: "retention",
      header: "Retention",
      width: "210px",
      // No limit is more than any.
      by: ({ retention_ms: limit }) => (limit < 0 ? Number.MAX_VALUE : limit),
      cell: (topic) => <span className={classes.name}>{retentionWords(topic)}</span>,
    },
    {
      id: "partitions",
      header: "Partitions",
      width: "110px",
      align: "right",
      by: ({ partitions }) => partitions,
      cell: ({ partitions, replication_factor: factor }) => (
        <span title={`Replication factor ${factor}`}>
          {formatCount(partitions)}
          <span className={classes.dim}> × {factor}</span>
        </span>
      ),
    },
    {
      id: "actions",
      header: "Actions",
      width: "56px",
      align: "right",
      unseen: true,
      cell: ({ name, internal }) =>
        mayDelete &&
        !internal && (
          <Tooltip label="Delete">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete topic ${name}`}
              onClick={() => onDelete(name)}
            >
              <TrashIcon size={16} />
            </ActionIcon>
          </Tooltip>
        ),
    },
  ];
}

function Name({ topic: { name, internal, offline, under_replicated } }: { topic: TopicRowBody }) {
  return (
    <>
      <TextLink
        to="/topics/$topic/live"
        params={{ topic: name }}
        className={classes.name}
        size="sm"
        fw={550}
      >
        {name}
      </TextLink>
      {internal && (
        <Badge variant="default" size="sm" radius="sm" tt="none" ml="xs" flex="none">
          internal
        </Badge>
      )}
      <ReplicaMark offline={offline} underReplicated={under_replicated} />
    </>
  );
}
