import { SimpleGrid } from "@mantine/core";

import { lineOf, useMetrics, type Span } from "../api/hooks/metrics";
import { TimeChart } from "../charts/TimeChart";
import { Panel } from "../components/Panel";
import { Failure } from "../components/states";

/** Traffic, records, storage and health of a tenant over time. */
export function TenantCharts({ tenant, span }: { tenant: string; span: Span }) {
  const metrics = useMetrics(tenant, "tenant", span);
  const points = (name: string) => lineOf(metrics.data, name);
  const shared = { times: metrics.data?.times ?? [], together: "overview" };
  if (metrics.isError && !metrics.data) {
    return (
      <Failure
        title="The figures over time could not be read"
        error={metrics.error}
        onRetry={() => void metrics.refetch()}
      />
    );
  }
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Panel title="Throughput">
        <TimeChart
          {...shared}
          label="Throughput"
          unit="bytes/s"
          lines={[
            { label: "In", points: points("bytes_in_per_s"), colour: 1 },
            { label: "Out", points: points("bytes_out_per_s"), colour: 2 },
          ]}
        />
      </Panel>
      <Panel title="Records">
        <TimeChart
          {...shared}
          label="Records a second"
          unit="records/s"
          lines={[{ label: "Written", points: points("records_in_per_s"), colour: 1 }]}
        />
      </Panel>
      <Panel title="Storage">
        <TimeChart
          {...shared}
          label="Bytes stored"
          unit="bytes"
          lines={[{ label: "Stored", points: points("stored_bytes"), colour: 3 }]}
        />
      </Panel>
      <Panel title="Health">
        <TimeChart
          {...shared}
          label="Partitions in trouble"
          unit="partitions"
          lines={[
            { label: "Not fully replicated", points: points("under_replicated"), colour: 2 },
            { label: "Without a leader", points: points("offline"), colour: 3 },
          ]}
        />
      </Panel>
    </SimpleGrid>
  );
}
