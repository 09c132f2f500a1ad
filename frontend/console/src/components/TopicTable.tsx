import { ActionIcon, Badge, Tooltip } from "@mantine/core";
import {
  createColumnHelper,
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type SortDirection,
  type SortingState,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";

import type { TopicRowBody } from "../api/topicTypes";
import { formatBytes, formatCount, formatRate } from "../records/format";
import { TrashIcon } from "./icons";
import { TextLink } from "./links";
import { retentionWords } from "./retention";
import { ReplicaMark } from "./ReplicaMark";
import classes from "./TopicTable.module.css";

/** The column that sorts, and which way. */
export interface TopicSort {
  id: string;
  desc: boolean;
}

interface Props {
  topics: TopicRowBody[];
  sort: TopicSort | null;
  onSort: (sort: TopicSort | null) => void;
  mayDelete: boolean;
  onDelete: (topic: string) => void;
}

const ROW_HEIGHT = 44;
const column = createColumnHelper<TopicRowBody>();

const ARIA_SORT: Record<SortDirection, "ascending" | "descending"> = {
  asc: "ascending",
  desc: "descending",
};
const ARROW: Record<SortDirection, string> = { asc: "↑", desc: "↓" };

/** Topics as a table that sorts and, however long it is, draws only the rows in view. */
export function TopicTable({ topics, sort, onSort, mayDelete, onDelete }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => columnsFor(mayDelete, onDelete), [mayDelete, onDelete]);
  const sorting = useMemo<SortingState>(() => (sort ? [sort] : []), [sort]);
  const table = useReactTable({
    data: topics,
    columns,
    state: { sorting },
    onSortingChange: (change) => {
      const [first] = typeof change === "function" ? change(sorting) : change;
      onSort(first ?? null);
    },
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getRowId: ({ name }) => name,
  });
  const { rows } = table.getRowModel();
  const virtualizer = useVirtualizer({
    count: rows.length,
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
      aria-label="Topics"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
    >
      <div role="rowgroup" className={classes.head}>
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" aria-rowindex={1} className={classes.row}>
            {group.headers.map(({ id, column: { columnDef, ...sortable }, getContext }) => {
              const sorted = sortable.getIsSorted();
              const label = flexRender(columnDef.header, getContext());
              return (
                <div
                  key={id}
                  role="columnheader"
                  className={classes.cell}
                  data-column={id}
                  aria-sort={sorted ? ARIA_SORT[sorted] : undefined}
                >
                  {sortable.getCanSort() ? (
                    <button
                      type="button"
                      className={classes.sort}
                      onClick={sortable.getToggleSortingHandler()}
                    >
                      {label}
                      {sorted && <span aria-hidden="true">{ARROW[sorted]}</span>}
                    </button>
                  ) : (
                    label
                  )}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        <div role="presentation" style={{ transform: `translateY(${shown[0]?.start ?? 0}px)` }}>
          {shown.map(({ index }) => {
            const row = rows[index]!;
            return (
              <div
                key={row.id}
                role="row"
                aria-rowindex={index + 2}
                className={`${classes.row} ${classes.bodyRow}`}
              >
                {row.getVisibleCells().map((cell) => (
                  <div
                    key={cell.id}
                    role="cell"
                    className={classes.cell}
                    data-column={cell.column.id}
                  >
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

const UNKNOWN = <span className={classes.unknown}>–</span>;

function figure(value: number | null, format: (value: number) => string) {
  return value === null ? UNKNOWN : format(value);
}

function columnsFor(mayDelete: boolean, onDelete: Props["onDelete"]) {
  return [
    column.accessor("name", {
      header: "Name",
      sortingFn: "text",
      sortDescFirst: false,
      cell: ({ getValue, row: { original } }) => (
        <>
          <TextLink
            to="/topics/$topic/live"
            params={{ topic: getValue() }}
            className={classes.name}
            size="sm"
            fw={550}
          >
            {getValue()}
          </TextLink>
          {original.internal && (
            <Badge variant="default" size="sm" radius="sm" tt="none" ml="xs" flex="none">
              internal
            </Badge>
          )}
          <ReplicaMark offline={original.offline} underReplicated={original.under_replicated} />
        </>
      ),
    }),
    column.accessor("records_in_per_s", {
      id: "rate",
      header: "Records/s",
      cell: ({ getValue }) => figure(getValue(), formatRate),
    }),
    column.accessor("records", {
      header: "Records",
      cell: ({ getValue }) => figure(getValue(), formatCount),
    }),
    column.accessor("bytes", {
      id: "size",
      header: "Size",
      cell: ({ getValue }) => figure(getValue(), formatBytes),
    }),
    column.accessor("retention_ms", {
      id: "retention",
      header: "Retention",
      // No limit is more than any.
      sortingFn: (left, right) => limit(left.original) - limit(right.original),
      cell: ({ row: { original } }) => (
        <span className={classes.name}>{retentionWords(original)}</span>
      ),
    }),
    column.accessor("partitions", {
      header: "Partitions",
      cell: ({ getValue, row: { original } }) => (
        <span title={`Replication factor ${original.replication_factor}`}>
          {formatCount(getValue())}
          <span className={classes.unknown}> × {original.replication_factor}</span>
        </span>
      ),
    }),
    column.display({
      id: "actions",
      header: () => <span className={classes.unseen}>Actions</span>,
      cell: ({ row: { original } }) =>
        mayDelete &&
        !original.internal && (
          <Tooltip label="Delete">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete topic ${original.name}`}
              onClick={() => onDelete(original.name)}
            >
              <TrashIcon size={16} />
            </ActionIcon>
          </Tooltip>
        ),
    }),
  ];
}

function limit({ retention_ms: milliseconds }: TopicRowBody): number {
  return milliseconds < 0 ? Number.MAX_VALUE : milliseconds;
}
