import { Group } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef } from "react";

import { PAGE_SIZE, useRecord, useRecordPage, type PageOrders } from "../../../api/hooks/records";
import { useTopic } from "../../../api/hooks/topics";
import { Notice } from "../../../components/Notice";
import { RecordBrowser } from "../../../components/RecordBrowser";
import { RecordGrid } from "../../../components/RecordGrid";
import { Failure, Loading } from "../../../components/states";
import { useWorkspace } from "../../../components/Workspace";
import { formatClock, formatDateTime } from "../../../records/format";
import type { StreamRecord } from "../../../records/record";
import { FilterBar } from "../filter/FilterBar";
import { inListOrder, onward, startAt, turn, type Place, type Position } from "../place";
import { readRecordName, type RecordName } from "../search";
import { DownloadMenu } from "./DownloadMenu";
import { JumpTo } from "./JumpTo";
import { NoRecords } from "./NoRecords";
import { Pager } from "./Pager";
import { PartitionPicker } from "./PartitionPicker";
import { ScanBar } from "./ScanBar";

const route = getRouteApi("/console/topics/$topic/records");

const ALL_PARTITIONS: number[] = [];
const NO_RECORDS: StreamRecord[] = [];

/** A topic's records, page by page, from any place in both directions. */
export function RecordsPage() {
  const { topic } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  const { at = "newest", partitions = ALL_PARTITIONS, filter = "", cursor } = search;
  const way = cursor ? search.way! : onward(at);
  const orders: PageOrders = {
    start: cursor ? { cursor } : startAt(at),
    direction: way,
    partitions,
    filter,
  };
  const found = useTopic(tenant.cluster_id, topic);
  const page = useRecordPage(tenant.cluster_id, topic, orders);
  const filterInput = useRef<HTMLInputElement>(null);

  const scan = page.data;
  const records = useMemo(
    () => (scan ? inListOrder(scan.records, at, way) : NO_RECORDS),
    [scan, at, way],
  );
  const turns = scan && turn(scan, at, way, !cursor);

  const go = (next: { at?: Place; partitions?: number[]; filter?: string }) =>
    void navigate({ search: firstPage({ at, partitions, filter, ...next }) });
  const goTo = (position: Position) =>
    void navigate({ search: ({ record: _, ...now }) => ({ ...now, ...position }) });
  const refresh = () => void page.refetch();
  useHotkeys([
    ["/", () => filterInput.current?.focus()],
    ["n", () => turns?.on && goTo(turns.on)],
    ["p", () => turns?.back && goTo(turns.back)],
    ["r", refresh],
    ["Escape", () => select(null)],
  ]);

  const select = (record: StreamRecord | null) =>
    void navigate({
      replace: true,
      search: ({ record: _, ...now }) => (record ? { ...now, record: nameOf(record) } : now),
    });
  const inspected = useInspected(topic, records, search.record);

  return (
    <>
      <Group gap="sm" mb="sm" align="flex-end">
        <JumpTo key={at} place={at} onGo={(place) => go({ at: place })} />
        <PartitionPicker
          count={found.data?.partitions_count ?? 1}
          picked={partitions}
          onPick={(picked) => go({ partitions: picked })}
        />
        <Group gap="xs" ml="auto">
          <DownloadMenu topic={topic} records={records} />
          <Pager
            place={at}
            turns={turns ?? null}
            atEnd={scan?.state === "at-end"}
            busy={page.isFetching}
            onTurn={goTo}
            onRefresh={() => (at === "newest" && cursor ? go({}) : refresh())}
          />
        </Group>
      </Group>
      <FilterBar
        key={filter}
        filter={filter}
        sample={inspected.record ?? records[0] ?? null}
        inputRef={filterInput}
        verb="Search"
        onFilter={(next) => go({ filter: next })}
      />
      <ScanBar
        scan={scan ?? null}
        busy={page.isFetching}
        filtered={filter !== ""}
        size={PAGE_SIZE}
        onStop={page.stop}
        onGoOn={turns?.on ? () => goTo(turns.on!) : null}
      />
      {page.isError && (
        <Failure title="These records could not be read" error={page.error} onRetry={refresh} />
      )}
      {inspected.error && (
        <Failure title={`Record ${search.record} could not be read`} error={inspected.error} />
      )}
      {scan?.unreadable.map(({ partition_id: partition, offset, next_offset, message }) => (
        <Notice key={`${partition}-${offset}`} tone="warn">
          {partition !== undefined && `Partition ${partition}, `}offsets {offset} to{" "}
          {next_offset - 1} cannot be decoded: {message}
        </Notice>
      ))}
      {page.isPending && !filter && <Loading what="records" />}
      {(scan || (page.isPending && filter)) && (
        <RecordBrowser
          topic={topic}
          inspected={inspected.record}
          onClose={() => select(null)}
        >
          <RecordGrid
            label={`Records of ${topic}`}
            count={records.length}
            rowAt={(index) => {
              const record = records[index];
              return record && { id: nameOf(record), record };
            }}
            // Beside an open record there is room for the clock; the record shows the date.
            formatTime={inspected.record ? formatClock : formatDateTime}
            {...(inspected.record ? {} : { timeWidth: 200 })}
            selected={
              inspected.record && { id: nameOf(inspected.record), record: inspected.record }
            }
            onSelect={({ record }) => select(record)}
            empty={
              <NoRecords
                topic={topic}
                scan={scan ?? null}
                filtered={filter !== ""}
                busy={page.isFetching}
                place={at}
                onAll={() => go({ at: "newest", partitions: [], filter: "" })}
              />
            }
          />
        </RecordBrowser>
      )}
    </>
  );
}

function nameOf({ partition, offset }: StreamRecord): RecordName {
  return `${partition}-${offset}`;
}

/** The address of a first page, without what is as it is anyway. */
function firstPage(of: { at: Place; partitions: number[]; filter: string }) {
  return {
    ...(of.at === "newest" ? {} : { at: of.at }),
    ...(of.partitions.length === 0 ? {} : { partitions: of.partitions }),
    ...(of.filter === "" ? {} : { filter: of.filter }),
  };
}

/** The record that the address names: of the page when it is there, else fetched for itself. */
function useInspected(topic: string, records: StreamRecord[], name: RecordName | undefined) {
  const { tenant } = useWorkspace();
  const onPage = useMemo(
    () => records.find((record) => nameOf(record) === name),
    [records, name],
  );
  const alone = name !== undefined && onPage === undefined ? readRecordName(name) : null;
  const fetched = useRecord(tenant.cluster_id, topic, alone);
  if (name === undefined) return { record: null, error: null };
  return { record: onPage ?? fetched.data ?? null, error: alone && fetched.error };
}
