import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type ReactNode } from "react";

import { sorted, type Order } from "./sorting";
import classes from "./VirtualTable.module.css";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What rows are sorted by; columns without it do not sort. */
  by?: (row: Row) => string | number | null;
  /** A track of the grid: `120px`, `minmax(180px, 2fr)`. */
  width: string;
  align?: "right";
  /** The header is for screen readers only. */
  unseen?: boolean;
}

interface Props<Row> {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowId: (row: Row) => string;
  rowHeight?: number;
  minWidth?: number;
  /** The order and who changes it, where the page's address has it; else the table keeps it. */
  order?: Order | null;
  onOrder?: (order: Order | null) => void;
}

/** A table that sorts and, however long it is, draws only the rows in view. */
export function VirtualTable<Row>(props: Props<Row>) {
  const { label, rows, columns, rowId, rowHeight = 44, minWidth = 640 } = props;
  const [ownOrder, setOwnOrder] = useState<Order | null>(null);
  const { order = ownOrder, onOrder = setOwnOrder } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const by = order && columns.find(({ id }) => id === order.column)?.by;
    return order && by ? sorted(rows, by, order.descending) : rows;
  }, [rows, columns, order]);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const inView = virtualizer.getVirtualItems();
  const tracks = { gridTemplateColumns: columns.map(({ width }) => width).join(" "), minWidth };
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="table"
      aria-label={label}
      aria-rowcount={shown.length + 1}
      tabIndex={0}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.row} style={tracks}>
          {columns.map((column) => (
            <Header key={column.id} column={column} order={order} onOrder={onOrder} />
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), minWidth }}>
        <div role="presentation" style={{ transform: `translateY(${inView[0]?.start ?? 0}px)` }}>
          {inView.map(({ index }) => {
            const row = shown[index]!;
            return (
              <div
                key={rowId(row)}
                role="row"
                aria-rowindex={index + 2}
                className={`${classes.row} ${classes.bodyRow}`}
                style={{ ...tracks, height: rowHeight }}
              >
                {columns.map(({ id, align, cell }) => (
                  <div key={id} role="cell" className={classes.cell} data-align={align}>
                    {cell(row)}
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

interface HeaderProps<Row> {
  column: Column<Row>;
  order: Order | null;
  onOrder: (order: Order | null) => void;
}

function Header<Row>({ column, order, onOrder }: HeaderProps<Row>) {
  const mine = order?.column === column.id ? order : null;
  const next = () => {
    if (!mine) onOrder({ column: column.id, descending: false });
    else onOrder(mine.descending ? null : { ...mine, descending: true });
  };
  return (
    <div
      role="columnheader"
      className={classes.cell}
      data-align={column.align}
      aria-sort={mine ? (mine.descending ? "descending" : "ascending") : undefined}
    >
      {column.by ? (
        <button type="button" className={classes.sort} onClick={next}>
          {column.header}
          {mine && <span aria-hidden="true">{mine.descending ? "↓" : "↑"}</span>}
        </button>
      ) : (
        <span className={column.unseen ? classes.unseen : undefined}>{column.header}</span>
      )}
    </div>
  );
}
