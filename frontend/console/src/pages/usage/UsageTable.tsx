import { Text } from "@mantine/core";

import { writeSeconds } from "../../charts/units";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { formatBytes, formatCount } from "../../records/format";
import type { Measure, Used, UsageBy } from "../../usage/series";
import classes from "./usage.module.css";

const HEADERS: Record<UsageBy, string> = {
  tenant: "Tenant",
  topic: "Topic",
  principal: "Principal",
};

/** Totals over the page's span, the greatest first. */
export function UsageTable({ by, used }: { by: UsageBy; used: Used[] }) {
  if (used.length === 0) {
    return (
      <Text size="sm" c="dimmed" py="sm">
        Nothing was used in this time.
      </Text>
    );
  }
  return (
    <div className={classes.table}>
      <VirtualTable
        label="Who used what"
        rows={used}
        columns={columnsFor(by)}
        rowId={({ name }) => name}
        minWidth={720}
      />
    </div>
  );
}

function columnsFor(by: UsageBy): Column<Used>[] {
  const figure = (
    id: Measure,
    header: string,
    write: (value: number) => string,
  ): Column<Used> => ({
    id,
    header,
    width: "minmax(100px, 1fr)",
    align: "right",
    by: (row) => row[id],
    cell: (row) => <span className="tabular">{write(row[id])}</span>,
  });
  const columns: Column<Used>[] = [
    {
      id: "name",
      header: HEADERS[by],
      width: "minmax(200px, 2fr)",
      by: ({ name }) => name,
      cell: ({ name }) => <span title={name}>{name || "–"}</span>,
    },
    figure("bytes_in", "Bytes in", formatBytes),
    figure("bytes_out", "Bytes out", formatBytes),
    figure("records_in", "Records", formatCount),
    figure("requests", "Requests", formatCount),
  ];
  // A topic has no connectors, and a principal stores nothing.
  return by === "topic"
    ? [...columns, figure("stored_bytes_max", "Most stored", formatBytes)]
    : [...columns, figure("connector_task_seconds", "As a connector", writeSeconds)];
}
