import { SimpleGrid } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";

import type { LagBody } from "../../api/hooks/groups";
import { lineOf, useMetrics, type MetricsBody, type Span } from "../../api/hooks/metrics";
import { LiveSeries } from "../../charts/liveSeries";
import type { Line, Points } from "../../charts/plot";
import { SpanPicker } from "../../charts/SpanPicker";
import { TimeChart } from "../../charts/TimeChart";
import { Panel } from "../../components/Panel";
import { totalLag } from "../../groups/lag";

interface Props {
  tenant: string;
  group: string;
  lags: LagBody[] | undefined;
  /** When `lags` were read, Unix milliseconds. */
  asOf: number;
}

interface Drawn {
  times: number[];
  records: Points;
  seconds: Points;
}

const LIVE_MS = 5 * 60_000;

/** The group's lag in records and in seconds: as this page sees it come, or over the past. */
export function LagCharts(props: Props) {
  const [span, setSpan] = useState<Span | "live">("live");
  const drawn = span === "live" ? <LiveLag {...props} /> : <PastLag {...props} span={span} />;
  return (
    <Panel title="Lag over time" aside={<SpanPicker live value={span} onChange={setSpan} />}>
      {drawn}
    </Panel>
  );
}

/** What this page has seen, and before that what the service noted. */
function LiveLag({ tenant, group, lags, asOf }: Props) {
  const noted = useMetrics(tenant, `group:${group}`, "15m").data;
  const series = useRef(new LiveSeries(LIVE_MS));
  const [drawn, setDrawn] = useState<Drawn>({ times: [], records: [], seconds: [] });
  useEffect(() => {
    if (!lags || asOf === 0) return;
    const { records, seconds } = totalLag(lags);
    series.current.add(asOf, [records, seconds]);
    const { times } = series.current;
    setDrawn({ times, records: series.current.line(0), seconds: series.current.line(1) });
  }, [lags, asOf]);
  const whole = useMemo(() => withPast(drawn, noted, LIVE_MS), [drawn, noted]);
  return <Both {...whole} blank="A point is added every two seconds while this page is open." />;
}

/** Points of `noted` that are older than those drawn, and no older than `span` milliseconds. */
function withPast(drawn: Drawn, noted: MetricsBody | undefined, span: number): Drawn {
  const first = drawn.times[0];
  const last = drawn.times.at(-1);
  if (!noted || first === undefined || last === undefined) return drawn;
  const kept = noted.times
    .map((time, index) => ({ time, index }))
    .filter(({ time }) => time < first && time >= last - span);
  const pick = (points: Points) => kept.map(({ index }) => points[index] ?? null);
  return {
    times: [...kept.map(({ time }) => time), ...drawn.times],
    records: [...pick(lineOf(noted, "lag")), ...drawn.records],
    seconds: [...pick(lineOf(noted, "lag_seconds")), ...drawn.seconds],
  };
}

function PastLag({ tenant, group, span }: Props & { span: Span }) {
  const metrics = useMetrics(tenant, `group:${group}`, span);
  const blank = metrics.isError
    ? metrics.error.message
    : "The lag is noted once in a while; there is nothing from this time yet.";
  return (
    <Both
      times={metrics.data?.times ?? []}
      records={lineOf(metrics.data, "lag")}
      seconds={lineOf(metrics.data, "lag_seconds")}
      blank={blank}
    />
  );
}

function Both({ times, records, seconds, blank }: Drawn & { blank: string }) {
  const behind: Line[] = [{ label: "Records behind", points: records, colour: 1 }];
  const late: Line[] = [{ label: "Time behind", points: seconds, colour: 2 }];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <TimeChart
        label="Lag in records"
        times={times}
        lines={behind}
        unit="records"
        together="lag"
        blank={blank}
      />
      <TimeChart
        label="Lag in time"
        times={times}
        lines={late}
        unit="seconds"
        together="lag"
        blank={blank}
      />
    </SimpleGrid>
  );
}
