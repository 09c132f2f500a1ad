import { useMemo } from "react";

import type { PartitionStateBody } from "../../../api/topicTypes";
import { TextLink } from "../../../components/links";
import { VirtualTable, type Column } from "../../../components/VirtualTable";
import { formatBytes, formatCount } from "../../../records/format";
import classes from "./partitions.module.css";
import { recordsIn, replicasOf, type ReplicaView } from "./replicas";

interface Props {
  topic: string;
  partitions: PartitionStateBody[];
}

/** A row for each partition, with its replicas as they are. */
export function PartitionTable({ topic, partitions }: Props) {
  const columns = useMemo(() => columnsFor(topic), [topic]);
  return (
    <VirtualTable
      label="Partitions"
      rows={partitions}
      columns={columns}
      rowId={({ partition }) => String(partition)}
      rowHeight={42}
      minWidth={980}
    />
  );
}

function figure(
  id: string,
  header: string,
  by: (partition: PartitionStateBody) => number | null,
  format: (value: number) => string,
): Column<PartitionStateBody> {
  const cell = (partition: PartitionStateBody) => {
    const value = by(partition);
    return value === null ? "–" : format(value);
  };
  return { id, header, width: "120px", align: "right", by, cell };
}

function columnsFor(topic: string): Column<PartitionStateBody>[] {
  return [
    {
      id: "partition",
      header: "Partition",
      width: "96px",
      by: ({ partition }) => partition,
      cell: ({ partition }) => partition,
    },
    {
      id: "leader",
      header: "Leader",
      width: "104px",
      by: ({ leader }) => leader,
      cell: ({ leader }) =>
        leader === null ? <strong className={classes.none}>none</strong> : `broker ${leader}`,
    },
    {
      id: "replicas",
      header: "Replicas on brokers",
      width: "minmax(260px, 1fr)",
      cell: (partition) => (
        <span className={classes.replicas}>
          {replicasOf(partition).map((replica) => (
            <Replica key={replica.broker} replica={replica} />
          ))}
        </span>
      ),
    },
    figure("start", "First offset", (partition) => partition.log_start_offset, formatCount),
    figure("end", "End offset", (partition) => partition.high_watermark, formatCount),
    figure("records", "Records", recordsIn, formatCount),
    figure("size", "Size", ({ bytes }) => bytes, formatBytes),
    {
      id: "browse",
      header: "Browse",
      width: "84px",
      align: "right",
      unseen: true,
      cell: ({ partition }) => (
        <TextLink
          size="sm"
          to="/topics/$topic/records"
          params={{ topic }}
          search={{ partitions: [partition] }}
          aria-label={`Browse the records of partition ${partition}`}
        >
          Browse
        </TextLink>
      ),
    },
  ];
}

const WORDS = { leader: "leads", "in-sync": "in sync", behind: "behind", offline: "offline" };

function Replica({ replica: { broker, state, lag } }: { replica: ReplicaView }) {
  const words = lag === null ? WORDS[state] : `${formatCount(lag)} behind`;
  return (
    <span className={classes.replica} data-state={state}>
      {broker}
      <span>{words}</span>
    </span>
  );
}
