import { useVirtualizer } from "@tanstack/react-virtual";
import {
  memo,
  useId,
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
} from "react";
import { useMergedRef } from "@mantine/hooks";

import { formatDateTime } from "../records/format";
import { previewText, type Picked } from "../records/preview";
import type { StreamRecord } from "../records/record";
import { FieldPreview } from "./FieldPreview";
import classes from "./RecordGrid.module.css";

export interface GridRow {
  id: string | number;
  record: StreamRecord;
}

interface Props {
  label: string;
  count: number;
  rowAt: (index: number) => GridRow | undefined;
  selected: GridRow | null;
  onSelect: (row: GridRow) => void;
  onScroll?: (top: number) => void;
  formatTime: (milliseconds: number) => string;
  /** Pixels that a formatted time needs; a clock without its date by default. */
  timeWidth?: number;
  /** The fields of JSON values to show; none named means all. */
  picked?: Picked;
  /** Lets rows glow for a moment when they come; for rates that an eye can follow. */
  glow?: boolean;
  empty: ReactNode;
  scrollerRef?: Ref<HTMLDivElement>;
}

const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 33;
const CLOCK_WIDTH = 116;
const COLUMNS = ["Time", "Partition", "Offset", "Key", "Value", "Headers"] as const;

/** Records as rows, of which only those in view exist in the page. */
export function RecordGrid(props: Props) {
  const { label, count, rowAt, selected, onSelect, onScroll, formatTime, picked, glow, empty } =
    props;
  const gridId = useId();
  const rowId = (index: number) => `${gridId}-${index}`;
  const scroller = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(scroller, props.scrollerRef ?? null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 4,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  });
  const shown = virtualizer.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const active = selected ? shown.find(({ index }) => rowAt(index)?.id === selected.id) : undefined;

  // On press and not on click: by the time of the release a live row has moved on.
  const onMouseDown = (event: MouseEvent) => {
    const pressed = (event.target as Element).closest<HTMLElement>("[data-index]");
    const row = pressed && event.button === 0 ? rowAt(Number(pressed.dataset.index)) : undefined;
    if (row) onSelect(row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move === undefined || event.target !== event.currentTarget || count === 0) return;
    event.preventDefault();
    const at = selected ? findIndex(count, rowAt, selected.id) : -1;
    const to = Math.max(0, Math.min(count - 1, at + move));
    const row = rowAt(to);
    if (!row) return;
    onSelect(row);
    virtualizer.scrollToIndex(to);
  };

  return (
    <div
      ref={ref}
      className={classes.scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={COLUMNS.length}
      aria-activedescendant={active && rowId(active.index)}
      tabIndex={0}
      style={{ "--time-width": `${props.timeWidth ?? CLOCK_WIDTH}px` } as CSSProperties}
      onMouseDown={onMouseDown}
      onKeyDown={onKeyDown}
      onScroll={(event) => onScroll?.(event.currentTarget.scrollTop)}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.headRow}`}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader" className={classes.cell}>
              {column}
            </span>
          ))}
        </div>
      </div>
      {count === 0 ? (
        <div role="rowgroup">
          <div role="row">
            <div role="gridcell" aria-colspan={COLUMNS.length}>
              {empty}
            </div>
          </div>
        </div>
      ) : (
        <div role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          <div
            role="presentation"
            style={{ transform: `translateY(${(shown[0]?.start ?? HEAD_HEIGHT) - HEAD_HEIGHT}px)` }}
          >
            {shown.map(({ index }) => {
              const row = rowAt(index);
              if (!row) return null;
              const chosen = row.id === selected?.id;
              return (
                <div
                  // Glow needs an element of its own for each record; without it, elements are used
                  // again for other records, which is far cheaper than making new ones.
                  key={glow ? row.id : index - first}
                  id={rowId(index)}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={chosen}
                  data-index={index}
                  className={`${classes.row} ${classes.bodyRow} ${glow ? classes.glow : ""}`}
                >
                  <Cells record={row.record} formatTime={formatTime} picked={picked} />
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}

const MOVES: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

function findIndex(count: number, rowAt: Props["rowAt"], id: GridRow["id"]): number {
  for (let index = 0; index < count; index += 1) if (rowAt(index)?.id === id) return index;
  return -1;
}

interface CellsProps {
  record: StreamRecord;
  formatTime: Props["formatTime"];
  picked: Picked | undefined;
}

const Cells = memo(function Cells({ record, formatTime, picked }: CellsProps) {
  const { timestamp } = record;
  return (
    <>
      <span
        role="gridcell"
        className={`${classes.cell} ${classes.dim}`}
        title={timestamp === null ? undefined : formatDateTime(timestamp)}
      >
        {timestamp === null ? "–" : formatTime(timestamp)}
      </span>
      <span role="gridcell" className={`${classes.cell} ${classes.number}`}>
        {record.partition}
      </span>
      <span role="gridcell" className={`${classes.cell} ${classes.number}`}>
        {record.offset}
      </span>
      <span role="gridcell" className={`${classes.cell} ${classes.key}`}>
        <FieldPreview field={record.key} />
      </span>
      <span role="gridcell" className={classes.cell}>
        <FieldPreview field={record.value} picked={picked} />
      </span>
      <span role="gridcell" className={`${classes.cell} ${classes.dim}`}>
        {record.headers.map(({ name, value }) => `${name}=${previewText(value)}`).join("  ")}
      </span>
    </>
  );
});
