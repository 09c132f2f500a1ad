import { Alert, Stack, Table, Text } from "@mantine/core";

import type { ResetOffsetBody } from "../../api/hooks/groups";
import { AlertIcon } from "../../components/icons";
import { totalsOf } from "../../groups/reset";
import { formatCount, formatPlural } from "../../records/format";
import classes from "./tables.module.css";

const MOST_ROWS = 500;
const figure = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : formatCount(value);

/** What the reset would do to each partition. */
export function ResetPreview({ rows }: { rows: ResetOffsetBody[] }) {
  const totals = totalsOf(rows);
  if (rows.length === 0) {
    return (
      <Text size="sm">There is nothing to reset: the group has committed for none of these.</Text>
    );
  }
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {formatPlural(totals.moved, "partition")} of {formatCount(totals.partitions)} would move:{" "}
        <strong>{formatCount(totals.again)}</strong> records come again,{" "}
        <strong>{formatCount(totals.skipped)}</strong> are passed over. Nothing has happened yet.
      </Text>
      {totals.skipped > 0 && (
        <Alert color="yellow" variant="light" icon={<AlertIcon />}>
          Records that are passed over stay in the topic, but this group will not see them.
        </Alert>
      )}
      <div className={classes.preview} tabIndex={0} role="region" aria-label="What the reset does">
        <Table stickyHeader verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Topic</Table.Th>
              <Table.Th ta="right">Partition</Table.Th>
              <Table.Th ta="right">Now at</Table.Th>
              <Table.Th ta="right">Then at</Table.Th>
              <Table.Th ta="right">Lag now</Table.Th>
              <Table.Th ta="right">Lag then</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {rows.slice(0, MOST_ROWS).map((row) => (
              <Table.Tr key={`${row.topic_name}/${row.partition_id}`}>
                <Table.Td>
                  {row.topic_name}
                  {row.warning && (
                    <Text size="xs" c="var(--warn)">
                      {row.warning}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">{row.partition_id}</Table.Td>
                <Table.Td ta="right">{figure(row.current_offset)}</Table.Td>
                <Table.Td ta="right" fw={row.current_offset === row.new_offset ? 400 : 650}>
                  {figure(row.new_offset)}
                </Table.Td>
                <Table.Td ta="right">{figure(row.lag_before)}</Table.Td>
                <Table.Td ta="right">{figure(row.lag_after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {rows.length > MOST_ROWS && (
        <Text size="xs" c="dimmed">
          The first {formatCount(MOST_ROWS)} of {formatCount(rows.length)} are shown.
        </Text>
      )}
    </Stack>
  );
}
