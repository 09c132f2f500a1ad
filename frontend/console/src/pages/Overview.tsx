import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";

import { may } from "../access";
import { useOverview } from "../api/hooks/overview";
import type { Span } from "../api/hooks/metrics";
import type { BrokerBody, HealthBody, OverviewBody } from "../api/types";
import { SpanPicker } from "../charts/SpanPicker";
import { writeCount, writeUnit } from "../charts/units";
import { BrokerList } from "../components/BrokerList";
import { ConnectPanel } from "../components/ConnectPanel";
import { CopyField } from "../components/Copy";
import { Figure, Figures } from "../components/Figures";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { PulsePanel } from "../components/PulsePanel";
import { Unanswered } from "../components/states";
import { useWorkspace } from "../components/Workspace";
import { formatBytes, formatCount, formatPlural } from "../records/format";
import { FirstSteps } from "./FirstSteps";
import states from "./list.module.css";
import { TenantCharts } from "./TenantCharts";

/** An operator who is not in the tenant sees none of its records: what they look after is elsewhere. */
export function Overview() {
  const { tenant } = useWorkspace();
  return may(tenant, "READ") ? <OfTenant /> : <Navigate to="/brokers" replace />;
}

function OfTenant() {
  const { tenant } = useWorkspace();
  const overview = useOverview(tenant.name);
  const [span, setSpan] = useState<Span>("15m");
  return (
    <>
      <PageHeader
        title="Overview"
        subtitle={
          <Group gap="sm" component="span">
            <span>Tenant {tenant.name}</span>
            {overview.data?.health && <Health health={overview.data.health} />}
          </Group>
        }
        actions={<SpanPicker value={span} onChange={setSpan} />}
      />
      <Unanswered query={overview} what="the overview" />
      {overview.data && (
        <Stack gap="md">
          <Now overview={overview.data} />
          {overview.data.topics === 0 && <FirstSteps overview={overview.data} />}
          <TenantCharts tenant={tenant.name} span={span} />
          {overview.data.topics > 0 && <PulsePanel cluster={overview.data.cluster_id} />}
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
            <Cluster overview={overview.data} />
            <ConnectPanel overview={overview.data} />
          </SimpleGrid>
        </Stack>
      )}
    </>
  );
}

const HEALTH = {
  good: { label: "healthy", tone: "good" },
  degraded: { label: "degraded", tone: "warn" },
  down: { label: "partly down", tone: "bad" },
} as const;

function Health({ health }: { health: HealthBody }) {
  const { label, tone } = HEALTH[health.state];
  return (
    <span className={states.state} data-tone={tone} title={troubles(health)}>
      {label}
    </span>
  );
}

function troubles({ under_replicated, offline, brokers_down }: HealthBody): string {
  const found = [
    offline > 0 && `${formatPlural(offline, "partition")} without a leader`,
    under_replicated > 0 && `${formatPlural(under_replicated, "partition")} not fully replicated`,
    brokers_down > 0 && `${formatPlural(brokers_down, "broker")} not answering`,
  ].filter(Boolean);
  return found.join(", ") || "Every partition is led and fully replicated.";
}

/** The figures of this moment. */
function Now({ overview }: { overview: OverviewBody }) {
  const serving = overview.brokers.filter(isServing).length;
  const all = overview.brokers.length;
  return (
    <Figures>
      <Figure
        name="Records in"
        value={figure(overview.records_in_per_s, writeCount)}
        note="a second"
      />
      <Figure name="In" value={figure(overview.bytes_in_per_s, byteRate)} />
      <Figure name="Out" value={figure(overview.bytes_out_per_s, byteRate)} />
      <Figure name="Stored" value={figure(overview.bytes_stored, formatBytes)} />
      <Figure
        name="Topics"
        value={formatCount(overview.topics)}
        note={formatPlural(overview.partitions, "partition")}
      />
      <Figure
        name="Brokers serving"
        value={formatCount(serving)}
        note={`of ${formatCount(all)}`}
        tone={serving < all ? "warn" : undefined}
      />
    </Figures>
  );
}

const byteRate = (value: number) => writeUnit(value, "bytes/s");

/** What is not known is a dash, never a zero. */
function figure(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? "–" : write(value);
}

function isServing({ state }: BrokerBody): boolean {
  return state === "running";
}

function Cluster({ overview }: { overview: OverviewBody }) {
  return (
    <Panel title="Cluster">
      <Stack gap="md">
        <CopyField label="Bootstrap servers" value={overview.bootstrap_servers} />
        <Group grow align="flex-start">
          <CopyField label="Cluster id" value={overview.cluster_id} />
          <CopyField label="Security protocol" value={overview.security_protocol} />
        </Group>
        <BrokerList brokers={overview.brokers} />
        {overview.health && overview.health.state !== "good" && (
          <Text size="sm" c="var(--warn)" role="status">
            {troubles(overview.health)}
          </Text>
        )}
      </Stack>
    </Panel>
  );
}
