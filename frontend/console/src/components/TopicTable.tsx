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
import { useMemo, useRef, useState } from "react";

import type { TopicBody } from "../api/types";
import { formatCount } from "../records/format";
import { TrashIcon } from "./icons";
import { TextLink } from "./links";
import classes from "./TopicTable.module.css";

interface Props {
  topics: TopicBody[];
  mayDelete: boolean;
  onDelete: (topic: string) => void;
}

const ROW_HEIGHT = 44;
const column = createColumnHelper<TopicBody>();

const ARIA_SORT: Record<SortDirection, "ascending" | "descending"> = {
  asc: "ascending",
  desc: "descending",
};
const ARROW: Record<SortDirection, string> = { asc: "↑", desc: "↓" };

/** Topics as a table that sorts and, however long it is, draws only the rows in view. */
export function TopicTable({ topics, mayDelete, onDelete }: Props) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => columnsFor(mayDelete, onDelete), [mayDelete, onDelete]);
  const table = useReactTable({
    data: topics,
    columns,
    state: { sorting },
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getRowId: ({ topic_name }) => topic_name,
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

function columnsFor(mayDelete: boolean, onDelete: Props["onDelete"]) {
  return [
    column.accessor("topic_name", {
      id: "name",
      header: "Name",
      sortingFn: "text",
      cell: ({ getValue, row }) => (
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
          {row.original.is_internal && (
            <Badge variant="default" size="sm" radius="sm" tt="none" ml="xs">
              internal
            </Badge>
          )}
        </>
      ),
    }),
    column.accessor("partitions_count", {
      id: "partitions",
      header: "Partitions",
      cell: ({ getValue }) => formatCount(getValue()),
    }),
    column.accessor("replication_factor", { id: "replication", header: "Replication factor" }),
    column.display({
      id: "actions",
      header: () => <span className={classes.unseen}>Actions</span>,
      cell: ({ row: { original } }) =>
        mayDelete &&
        !original.is_internal && (
          <Tooltip label="Delete">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete topic ${original.topic_name}`}
              onClick={() => onDelete(original.topic_name)}
            >
              <TrashIcon size={16} />
            </ActionIcon>
          </Tooltip>
        ),
    }),
  ];
}
