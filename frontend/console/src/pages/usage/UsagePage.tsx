import { Button, Group, SegmentedControl, SimpleGrid } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";

import { usageQuery, useUsage } from "../../api/hooks/usage";
import { TimeChart } from "../../charts/TimeChart";
import { DownloadIcon } from "../../components/icons";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { Failure, Loading } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { paths } from "../../paths";
import { greatestOf, lineOf, ordersOf, SPANS, timesOf, totalsOf } from "../../usage/series";
import { UsageTable } from "./UsageTable";

const route = getRouteApi("/console/usage");

const BY: { value: "topic" | "principal"; label: string }[] = [
  { value: "topic", label: "Topics" },
  { value: "principal", label: "Principals" },
];

/** As many lines as a chart has colours. */
const COLOURS = [1, 2, 3] as const;

/** What the tenant has used: over time, and who or what used most of it. */
export function UsagePage() {
  const { span = "24h", by = "topic" } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  const chosen = SPANS.find(({ value }) => value === span) ?? SPANS[0]!;
  // The hour that runs now is in it; a page that stays open for longer is asked for anew by hand.
  const now = useMemo(() => Date.now(), [span, by]);
  const whole = ordersOf(chosen, "tenant", now);
  const parts = ordersOf(chosen, by, now);
  const usage = useUsage(tenant.name, whole);
  const shares = useUsage(tenant.name, parts);
  const times = useMemo(() => timesOf(whole), [whole.since, whole.until, whole.step]);
  const rows = usage.data?.data ?? [];
  const greatest = greatestOf(shares.data?.data ?? [], times, "requests", COLOURS.length);
  const shared = { times, together: "usage", blank: "Nothing was used in this time." };
  const steps = chosen.step === "hour" ? "an hour" : "a day";
  return (
    <>
      <PageHeader
        title="Usage"
        subtitle={`What ${tenant.name} used, ${chosen.step} by ${chosen.step} (UTC)`}
        actions={
          <Group gap="sm">
            <SegmentedControl
              size="xs"
              aria-label="How far back"
              data={SPANS.map(({ value, label }) => ({ value, label }))}
              value={chosen.value}
              onChange={(next) =>
                void navigate({ search: (search) => ({ ...search, span: next }), replace: true })
              }
            />
            <Button
              component="a"
              variant="default"
              size="xs"
              leftSection={<DownloadIcon size={14} />}
              href={paths.usageFile(tenant.name, usageQuery(parts))}
              download
            >
              CSV
            </Button>
          </Group>
        }
      />
      {usage.isPending && <Loading what="usage" />}
      {usage.isError && !usage.data && (
        <Failure
          title="The usage could not be read"
          error={usage.error}
          onRetry={() => void usage.refetch()}
        />
      )}
      {usage.data && (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" mb="md">
          <Panel title={`Bytes ${steps}`}>
            <TimeChart
              {...shared}
              label={`Bytes ${steps}`}
              unit="bytes"
              lines={[
                { label: "In", points: lineOf(rows, times, "bytes_in"), colour: 1 },
                { label: "Out", points: lineOf(rows, times, "bytes_out"), colour: 2 },
              ]}
            />
          </Panel>
          <Panel title={`Requests ${steps}`}>
            <TimeChart
              {...shared}
              label={`Requests ${steps}`}
              unit="records"
              lines={[{ label: "Requests", points: lineOf(rows, times, "requests"), colour: 1 }]}
            />
          </Panel>
          <Panel title={`Most requests of ${by}s ${steps}`}>
            <TimeChart
              {...shared}
              label={`Most requests of ${by}s ${steps}`}
              unit="records"
              lines={greatest.map(({ name, points }, place) => ({
                label: name || "–",
                points,
                colour: COLOURS[place]!,
              }))}
            />
          </Panel>
          <Panel title="Storage">
            <TimeChart
              {...shared}
              label="Most bytes stored"
              unit="bytes"
              lines={[{ label: "Stored", points: lineOf(rows, times, "stored_bytes_max"), colour: 3 }]}
            />
          </Panel>
          <Panel title="Partitions">
            <TimeChart
              {...shared}
              label="Most partitions"
              unit="partitions"
              lines={[{ label: "There", points: lineOf(rows, times, "partitions_max"), colour: 3 }]}
            />
          </Panel>
          <Panel title={`Connectors' time ${steps}`}>
            <TimeChart
              {...shared}
              label={`Time that connectors' tasks ran ${steps}`}
              unit="seconds"
              lines={[
                { label: "Tasks", points: lineOf(rows, times, "connector_task_seconds"), colour: 1 },
              ]}
            />
          </Panel>
        </SimpleGrid>
      )}
      <Panel
        title="Who used what"
        aside={
          <SegmentedControl
            size="xs"
            aria-label="Summed by"
            data={BY}
            value={by}
            onChange={(next) =>
              void navigate({
                search: (search) => ({ ...search, by: next as "topic" | "principal" }),
                replace: true,
              })
            }
          />
        }
      >
        {shares.isError && !shares.data ? (
          <Failure
            title="The shares could not be read"
            error={shares.error}
            onRetry={() => void shares.refetch()}
          />
        ) : (
          <UsageTable by={by} used={totalsOf(shares.data?.data ?? [], "bytes_in")} />
        )}
      </Panel>
    </>
  );
}
