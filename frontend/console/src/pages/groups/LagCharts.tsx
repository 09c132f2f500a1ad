import { SimpleGrid } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import type { LagBody } from "../../api/hooks/groups";
import { lineOf, useMetrics, type Span } from "../../api/hooks/metrics";
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

function LiveLag({ lags, asOf }: Props) {
  const series = useRef(new LiveSeries(LIVE_MS));
  const [drawn, setDrawn] = useState<Drawn>({ times: [], records: [], seconds: [] });
  useEffect(() => {
    if (!lags || asOf === 0) return;
    const { records, seconds } = totalLag(lags);
    series.current.add(asOf, [records, seconds]);
    const { times } = series.current;
    setDrawn({ times, records: series.current.line(0), seconds: series.current.line(1) });
  }, [lags, asOf]);
  return <Both {...drawn} blank="A point is added every two seconds while this page is open." />;
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
