import { Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";

import { useOverview } from "../api/hooks/overview";
import type { BrokerBody, OverviewBody } from "../api/types";
import { ConnectPanel } from "../components/ConnectPanel";
import { CopyField } from "../components/Copy";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { PulsePanel } from "../components/PulsePanel";
import { Failure, Loading } from "../components/states";
import { useWorkspace } from "../components/Workspace";
import { formatCount } from "../records/format";
import classes from "./Overview.module.css";

export function Overview() {
  const { tenant } = useWorkspace();
  const overview = useOverview(tenant.name);
  return (
    <>
      <PageHeader title="Overview" subtitle={`Tenant ${tenant.name}`} />
      {overview.isPending && <Loading what="the overview" />}
      {overview.isError && (
        <Failure
          title="The overview could not be read"
          error={overview.error}
          onRetry={() => void overview.refetch()}
        />
      )}
      {overview.data && <Figures overview={overview.data} />}
    </>
  );
}

function Figures({ overview }: { overview: OverviewBody }) {
  return (
    <Stack gap="md">
      <div className={classes.top}>
        <PulsePanel cluster={overview.cluster_id} />
        <SimpleGrid cols={{ base: 3, lg: 1 }} spacing="md">
          <Figure name="Topics" value={overview.topics} />
          <Figure name="Partitions" value={overview.partitions} />
          <Figure
            name="Brokers serving"
            value={overview.brokers.filter(isServing).length}
            of={overview.brokers.length}
          />
        </SimpleGrid>
      </div>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Panel title="Cluster">
          <Stack gap="md">
            <CopyField label="Bootstrap servers" value={overview.bootstrap_servers} />
            <Group grow align="flex-start">
              <CopyField label="Cluster id" value={overview.cluster_id} />
              <CopyField label="Security protocol" value={overview.security_protocol} />
            </Group>
            <Brokers brokers={overview.brokers} />
          </Stack>
        </Panel>
        <ConnectPanel overview={overview} />
      </SimpleGrid>
    </Stack>
  );
}

function Figure({ name, value, of }: { name: string; value: number; of?: number }) {
  return (
    <div className={classes.figure}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text className={classes.number}>
        {formatCount(value)}
        {of !== undefined && <span className={classes.of}> of {formatCount(of)}</span>}
      </Text>
    </div>
  );
}

function isServing({ state }: BrokerBody): boolean {
  return state === "running";
}

function Brokers({ brokers }: { brokers: BrokerBody[] }) {
  return (
    <Table className={classes.brokers} aria-label="Brokers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Broker</Table.Th>
          <Table.Th>Address</Table.Th>
          <Table.Th>State</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {brokers.map((broker) => (
          <Table.Tr key={broker.id}>
            <Table.Td>{broker.id}</Table.Td>
            <Table.Td className="mono">
              {broker.host}:{broker.port}
            </Table.Td>
            <Table.Td>
              <span className={classes.state} data-serving={isServing(broker)}>
                {broker.state}
              </span>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
