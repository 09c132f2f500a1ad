import { useMemo, useState } from "react";

import type { LagBody } from "../../api/hooks/groups";
import { writeSeconds } from "../../charts/units";
import { TextLink } from "../../components/links";
import { ListFilter } from "../../components/ListFilter";
import { Panel } from "../../components/Panel";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { formatCount } from "../../records/format";
import classes from "./tables.module.css";

/** Every partition of the group: where it stands, where the log ends, who reads it. */
export function LagTable({ lags }: { lags: LagBody[] }) {
  const [filter, setFilter] = useState("");
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return lags.filter(({ topic_name, client_id }) =>
      `${topic_name} ${client_id ?? ""}`.toLowerCase().includes(wanted),
    );
  }, [lags, filter]);
  return (
    <Panel
      title="Partitions"
      aside={
        lags.length > 8 && (
          <ListFilter
            label="Filter partitions by topic or client"
            value={filter}
            onChange={setFilter}
          />
        )
      }
    >
      <div className={classes.bounded}>
        <VirtualTable
          label="Partitions of the group"
          rows={shown}
          columns={COLUMNS}
          rowId={({ topic_name, partition_id }) => `${topic_name}/${partition_id}`}
          rowHeight={38}
          minWidth={860}
        />
      </div>
    </Panel>
  );
}

/** Figures that nobody knows are a dash, never a zero. */
const figure = (value: number | null | undefined) =>
  value === null || value === undefined || value < 0 ? "–" : formatCount(value);

const COLUMNS: Column<LagBody>[] = [
  {
    id: "topic",
    header: "Topic",
    width: "minmax(180px, 2fr)",
    by: ({ topic_name }) => topic_name,
    cell: ({ topic_name: topic, partition_id: partition }) => (
      <TextLink
        size="sm"
        to="/topics/$topic/records"
        params={{ topic }}
        search={{ partitions: [partition] }}
      >
        {topic}
      </TextLink>
    ),
  },
  {
    id: "partition",
    header: "Partition",
    width: "100px",
    align: "right",
    by: ({ partition_id }) => partition_id,
    cell: ({ partition_id }) => <span>{partition_id}</span>,
  },
  {
    id: "current",
    header: "Committed",
    width: "130px",
    align: "right",
    by: ({ current_offset }) => current_offset,
    cell: ({ current_offset }) => <span>{figure(current_offset)}</span>,
  },
  {
    id: "end",
    header: "End of log",
    width: "130px",
    align: "right",
    by: ({ log_end_offset }) => log_end_offset,
    cell: ({ log_end_offset }) => <span>{figure(log_end_offset)}</span>,
  },
  {
    id: "lag",
    header: "Lag",
    width: "110px",
    align: "right",
    by: ({ lag }) => lag,
    cell: ({ lag }) => <strong>{figure(lag)}</strong>,
  },
  {
    id: "seconds",
    header: "Behind by",
    width: "110px",
    align: "right",
    by: ({ lag_seconds }) => lag_seconds ?? null,
    cell: ({ lag_seconds: seconds }) => (
      <span>{seconds === null || seconds === undefined ? "–" : writeSeconds(seconds)}</span>
    ),
  },
  {
    id: "reader",
    header: "Read by",
    width: "minmax(160px, 1.5fr)",
    by: ({ client_id }) => client_id || null,
    cell: ({ client_id, consumer_id }) => (
      <span title={consumer_id || undefined}>{client_id || consumer_id || "nobody"}</span>
    ),
  },
];
