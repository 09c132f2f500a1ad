import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useRef } from "react";

import type { PartitionStateBody } from "../../../api/topicTypes";
import { TextLink } from "../../../components/links";
import { formatBytes, formatCount } from "../../../records/format";
import classes from "./partitions.module.css";
import { recordsIn, replicasOf, type ReplicaView } from "./replicas";

interface Props {
  topic: string;
  partitions: PartitionStateBody[];
}

const ROW_HEIGHT = 42;
const COLUMNS = [
  { label: "Partition" },
  { label: "Leader" },
  { label: "Replicas on brokers" },
  { label: "First offset", number: true },
  { label: "End offset", number: true },
  { label: "Records", number: true },
  { label: "Size", number: true },
  { label: "Browse", number: true },
];

/** A row for each partition; of thousands, only those in view exist in the page. */
export function PartitionTable({ topic, partitions }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: partitions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const shown = virtualizer.getVirtualItems();
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="table"
      aria-label="Partitions"
      aria-rowcount={partitions.length + 1}
      tabIndex={0}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.row}>
          {COLUMNS.map(({ label, number }) => (
            <div
              key={label}
              role="columnheader"
              className={`${classes.cell} ${number ? classes.number : ""}`}
            >
              {label}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        <div role="presentation" style={{ transform: `translateY(${shown[0]?.start ?? 0}px)` }}>
          {shown.map(({ index }) => (
            <Row key={index} index={index} topic={topic} partition={partitions[index]!} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  index: number;
  topic: string;
  partition: PartitionStateBody;
}

// Query results share what did not change, so a partition at rest is not drawn again.
const Row = memo(function Row({ index, topic, partition }: RowProps) {
  const { partition: id, leader } = partition;
  return (
    <div role="row" aria-rowindex={index + 2} className={classes.row}>
      <div role="cell" className={`${classes.cell} mono`}>
        {id}
      </div>
      <div role="cell" className={classes.cell}>
        {leader === null ? <strong style={{ color: "var(--bad)" }}>none</strong> : `broker ${leader}`}
      </div>
      <div role="cell" className={`${classes.cell} ${classes.replicas}`}>
        {replicasOf(partition).map((replica) => (
          <Replica key={replica.broker} replica={replica} />
        ))}
      </div>
      <Figure value={partition.log_start_offset} />
      <Figure value={partition.high_watermark} />
      <Figure value={recordsIn(partition)} />
      <div role="cell" className={`${classes.cell} ${classes.number}`}>
        {partition.bytes === null ? "–" : formatBytes(partition.bytes)}
      </div>
      <div role="cell" className={`${classes.cell} ${classes.number}`}>
        <TextLink
          size="sm"
          to="/topics/$topic/records"
          params={{ topic }}
          search={{ partitions: [id] }}
          aria-label={`Browse the records of partition ${id}`}
        >
          Browse
        </TextLink>
      </div>
    </div>
  );
});

function Figure({ value }: { value: number | null }) {
  return (
    <div role="cell" className={`${classes.cell} ${classes.number} mono`}>
      {value === null ? "–" : formatCount(value)}
    </div>
  );
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
