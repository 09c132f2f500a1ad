import { Button, Group, Progress, Table, Text } from "@mantine/core";

import { useCancelReassignment, useReassignments, type ReassignmentBody } from "../../api/hooks/brokers";
import { writeSeconds } from "../../charts/units";
import { Panel } from "../../components/Panel";
import { Failure } from "../../components/states";
import { formatBytes, formatCount } from "../../records/format";
import { percentMoved } from "./health";

const MOST_ROWS = 200;

/** Which partitions are being copied to other brokers, and how far they are. */
export function Reassignments() {
  const moves = useReassignments(true);
  const cancel = useCancelReassignment();
  const rows = moves.data ?? [];
  return (
    <Panel title="Partitions on the move">
      {moves.isError && (
        <Failure
          title="What moves could not be read"
          error={moves.error}
          onRetry={() => void moves.refetch()}
        />
      )}
      {cancel.isError && <Failure title="It was not cancelled" error={cancel.error} />}
      {moves.data && rows.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing moves. Draining a broker, or <span className="mono">./headwater reassign</span>,
          puts partitions here until they have arrived.
        </Text>
      )}
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={760}>
          <Table
            aria-label="Partitions on the move"
            style={{ "--table-border-color": "var(--line-soft)" }}
          >
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Tenant</Table.Th>
                <Table.Th>Partition</Table.Th>
                <Table.Th>To brokers</Table.Th>
                <Table.Th>From brokers</Table.Th>
                <Table.Th>Copied</Table.Th>
                <Table.Th ta="right">Left to copy</Table.Th>
                <Table.Th ta="right">Time left</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="tabular">
              {rows.slice(0, MOST_ROWS).map((move) => (
                <Table.Tr key={`${move.tenant}/${move.topic}/${move.partition}`}>
                  <Table.Td>{move.tenant}</Table.Td>
                  <Table.Td>
                    {move.topic} / {move.partition}
                  </Table.Td>
                  <Table.Td>{move.adding.join(", ") || "–"}</Table.Td>
                  <Table.Td>{move.removing.join(", ") || "–"}</Table.Td>
                  <Table.Td>
                    <Copied move={move} />
                  </Table.Td>
                  <Table.Td ta="right">
                    {move.remaining_bytes === null ? "–" : formatBytes(move.remaining_bytes)}
                  </Table.Td>
                  <Table.Td ta="right">
                    {move.eta_s === null ? "–" : writeSeconds(move.eta_s)}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => cancel.mutate(move)}
                      aria-label={`Cancel the move of ${move.topic} / ${move.partition}`}
                    >
                      Cancel
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rows.length > MOST_ROWS && (
        <Text size="xs" c="dimmed" mt="xs">
          The first {formatCount(MOST_ROWS)} of {formatCount(rows.length)} are shown.
        </Text>
      )}
    </Panel>
  );
}

function Copied({ move }: { move: ReassignmentBody }) {
  const percent = percentMoved(move);
  if (percent === null) return "–";
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress
        w={90}
        size="sm"
        value={percent}
        aria-label={`Copied of ${move.topic} / ${move.partition}`}
      />
      <span>{percent} %</span>
    </Group>
  );
}
