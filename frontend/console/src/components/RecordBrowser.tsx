import { useState, type ReactNode } from "react";

import { useRecord, useRecordBytes } from "../api/hooks/records";
import { isCut, type StreamRecord } from "../records/record";
import { SendIcon } from "./icons";
import { ButtonLink } from "./links";
import { LinkCopy } from "./LinkCopy";
import classes from "./RecordBrowser.module.css";
import { RecordInspector } from "./RecordInspector";
import { mayChange, useWorkspace } from "./Workspace";

interface Props {
  topic: string;
  /** The list, with what floats over it. */
  children: ReactNode;
  inspected: StreamRecord | null;
  onClose: () => void;
}

/** A list of records with the picked one beside it. */
export function RecordBrowser({ topic, children, inspected, onClose }: Props) {
  return (
    <div className={classes.browser}>
      <div className={classes.list}>{children}</div>
      {inspected && (
        <Inspected
          key={`${inspected.partition}-${inspected.offset}`}
          topic={topic}
          record={inspected}
          onClose={onClose}
        />
      )}
    </div>
  );
}

function Inspected({
  topic,
  record,
  onClose,
}: {
  topic: string;
  record: StreamRecord;
  onClose: () => void;
}) {
  const { tenant } = useWorkspace();
  const [wanted, setWanted] = useState(false);
  const { partition, offset } = record;
  const whole = useRecord(tenant.cluster_id, topic, wanted ? { partition, offset } : null);
  const asBytes = useRecordBytes(tenant.cluster_id, topic, record);
  const load = () => (wanted ? void whole.refetch() : setWanted(true));
  const name = `${partition}-${offset}` as const;
  return (
    <RecordInspector
      record={whole.data ?? record}
      onClose={onClose}
      fileName={topic}
      asBytes={asBytes}
      whole={
        isCut(record) ? { loading: whole.isFetching, error: whole.error, onLoad: load } : undefined
      }
      actions={
        <>
          <LinkCopy
            what="this record"
            to="/topics/$topic/records"
            params={{ topic }}
            search={{
              tenant: tenant.name,
              at: `offset:${offset}`,
              partitions: [partition],
              record: name,
            }}
          />
          {mayChange(tenant) && (
            <ButtonLink
              size="compact-sm"
              variant="default"
              leftSection={<SendIcon size={14} />}
              to="/topics/$topic/produce"
              params={{ topic }}
              search={{ again: name }}
            >
              Send again
            </ButtonLink>
          )}
          <Earlier topic={topic} record={record} />
        </>
      }
    />
  );
}

/** From a record to its neighbours in the partition. */
function Earlier({ topic, record }: { topic: string; record: StreamRecord }) {
  const start = BigInt(record.offset) - 20n;
  return (
    <ButtonLink
      size="compact-sm"
      variant="default"
      to="/topics/$topic/records"
      params={{ topic }}
      search={{
        at: `offset:${start < 0n ? 0n : start}`,
        partitions: [record.partition],
        record: `${record.partition}-${record.offset}`,
      }}
    >
      Neighbours
    </ButtonLink>
  );
}

