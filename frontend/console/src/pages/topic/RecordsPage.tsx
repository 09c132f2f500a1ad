import { Alert, Button, Group, NumberInput, Select, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { useRecords, type PageStart, type RecordPage } from "../../api/hooks/records";
import { useTopic } from "../../api/hooks/topics";
import { AlertIcon, LeftIcon, RefreshIcon, RightIcon } from "../../components/icons";
import { RecordGrid, type GridRow } from "../../components/RecordGrid";
import { RecordBrowser } from "../../components/RecordBrowser";
import { Failure, Loading } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { formatCount, formatDateTime } from "../../records/format";

const PAGE_SIZE = 100;

const route = getRouteApi("/console/topics/$topic/records");

/** One partition's records, page by page in the order of their offsets. */
export function RecordsPage() {
  const { topic } = route.useParams();
  const { partition = 0, at = "newest" } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  const found = useTopic(tenant.cluster_id, topic);
  const page = useRecords(tenant.cluster_id, topic, partition, at, PAGE_SIZE);
  const [selected, setSelected] = useState<GridRow | null>(null);

  const go = (search: { partition?: number; at?: PageStart }) => {
    setSelected(null);
    void navigate({ search: (now) => ({ ...now, ...search }) });
  };
  const partitions = Math.max(found.data?.partitions_count ?? 1, partition + 1);

  return (
    <>
      <Group gap="sm" mb="sm" align="flex-end">
        <Select
          label="Partition"
          w={110}
          searchable={partitions > 10}
          data={Array.from({ length: partitions }, (_, id) => String(id))}
          value={String(partition)}
          allowDeselect={false}
          onChange={(id) => id !== null && go({ partition: Number(id), at: "newest" })}
        />
        <OffsetInput key={`${partition} ${page.data?.start}`} start={page.data?.start} onGo={go} />
        <Button.Group>
          <Button variant="default" onClick={() => go({ at: "oldest" })}>
            Oldest
          </Button>
          <Button
            variant="default"
            onClick={() => (at === "newest" ? void page.refetch() : go({ at: "newest" }))}
          >
            Newest
          </Button>
        </Button.Group>
        <Pager page={page.data} onGo={go} onRefresh={() => void page.refetch()} />
      </Group>
      {page.isPending && <Loading what="records" />}
      {page.isError && (
        <Failure
          title="These records could not be read"
          error={page.error}
          onRetry={() => void page.refetch()}
        />
      )}
      {page.data?.unreadable.map(({ offset, next_offset, message }) => (
        <Alert key={offset} color="yellow" variant="light" icon={<AlertIcon />} mb="sm">
          Offsets {offset} to {next_offset - 1} cannot be decoded: {message}
        </Alert>
      ))}
      {page.isSuccess && (
        <RecordBrowser inspected={selected?.record ?? null} onClose={() => setSelected(null)}>
          <RecordGrid
            label={`Records of ${topic}, partition ${partition}`}
            count={page.data.records.length}
            rowAt={(index) => {
              const record = page.data.records[index];
              return record && { id: record.offset, record };
            }}
            formatTime={formatDateTime}
            timeWidth={200}
            selected={selected}
            onSelect={setSelected}
            empty={
              <Text size="sm" c="dimmed" ta="center" py={72} ff="text">
                {page.data.highWatermark === page.data.logStart
                  ? "This partition holds no records."
                  : "There are no records at or after this offset."}
              </Text>
            }
          />
        </RecordBrowser>
      )}
    </>
  );
}

interface Moves {
  onGo: (search: { at: PageStart }) => void;
}

function OffsetInput({ start, onGo }: Moves & { start: number | undefined }) {
  const [offset, setOffset] = useState<number | string>(start ?? "");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typeof offset === "number") onGo({ at: offset });
      }}
    >
      <Group gap={6} align="flex-end">
        <NumberInput
          label="From offset"
          w={140}
          min={0}
          allowDecimal={false}
          hideControls
          value={offset}
          onChange={setOffset}
        />
        <Button type="submit" variant="default">
          Go
        </Button>
      </Group>
    </form>
  );
}

function Pager({
  page,
  onGo,
  onRefresh,
}: Moves & { page: RecordPage | undefined; onRefresh: () => void }) {
  if (!page) return null;
  const atEnd = page.next >= page.highWatermark;
  return (
    <Group gap="xs" ml="auto">
      <Text size="sm" c="dimmed" className="tabular" role="status">
        {page.records.length > 0 &&
          `${formatCount(page.start)} – ${formatCount(page.next - 1)} of `}
        end {formatCount(page.highWatermark)}
      </Text>
      <Button.Group>
        <Button
          variant="default"
          leftSection={<LeftIcon size={16} />}
          disabled={page.start <= page.logStart}
          onClick={() => onGo({ at: Math.max(page.logStart, page.start - PAGE_SIZE) })}
        >
          Previous
        </Button>
        {atEnd ? (
          <Button variant="default" rightSection={<RefreshIcon size={14} />} onClick={onRefresh}>
            Refresh
          </Button>
        ) : (
          <Button
            variant="default"
            rightSection={<RightIcon size={16} />}
            onClick={() => onGo({ at: page.next })}
          >
            Next
          </Button>
        )}
      </Button.Group>
    </Group>
  );
}
