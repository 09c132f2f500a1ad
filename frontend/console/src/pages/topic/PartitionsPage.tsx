import { Paper, Table, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";

import { usePartitions } from "../../api/hooks/partitions";
import { TextLink } from "../../components/links";
import { Empty, Failure, Loading } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import classes from "./tables.module.css";

const route = getRouteApi("/console/topics/$topic/partitions");

export function PartitionsPage() {
  const { topic } = route.useParams();
  const { tenant } = useWorkspace();
  const partitions = usePartitions(tenant.cluster_id, topic);

  if (partitions.isPending) return <Loading what="partitions" />;
  if (partitions.isError) {
    return (
      <Failure
        title="The partitions could not be read"
        error={partitions.error}
        onRetry={() => void partitions.refetch()}
      />
    );
  }
  if (partitions.data.length === 0) {
    return <Empty title="No partitions yet">They appear as soon as brokers have taken them.</Empty>;
  }
  return (
    <Paper className={classes.scroller} tabIndex={0} role="region" aria-label="Partitions">
      <Table stickyHeader highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={140}>Partition</Table.Th>
            <Table.Th>Leader</Table.Th>
            <Table.Th>Replicas on brokers</Table.Th>
            <Table.Th>In sync</Table.Th>
            <Table.Th w={160} ta="right">
              Records
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {partitions.data.map(({ partition_id: id, ...partition }) => (
            <Table.Tr key={id}>
              <Table.Td className="mono">{id}</Table.Td>
              <Table.Td>
                {partition.leader_broker_id === undefined ? (
                  <Text size="sm" c="var(--bad)">
                    no leader
                  </Text>
                ) : (
                  `broker ${partition.leader_broker_id}`
                )}
              </Table.Td>
              <Table.Td className="mono">{partition.replica_broker_ids.join(", ")}</Table.Td>
              <Table.Td className="mono">{partition.isr_broker_ids.join(", ") || "none"}</Table.Td>
              <Table.Td ta="right">
                <TextLink
                  size="sm"
                  to="/topics/$topic/records"
                  params={{ topic }}
                  search={{ partition: id, at: "newest" }}
                  aria-label={`Browse the records of partition ${id}`}
                >
                  Browse
                </TextLink>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
