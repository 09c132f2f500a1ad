import { SimpleGrid } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import type { ConnectorBody } from "../../api/hooks/connectors";
import { useConnectorTopics } from "../../api/hooks/connectors";
import { lineOf, useMetrics, type Span } from "../../api/hooks/metrics";
import { LiveSeries } from "../../charts/liveSeries";
import type { Line, Points, Unit } from "../../charts/plot";
import { SpanPicker } from "../../charts/SpanPicker";
import { TimeChart } from "../../charts/TimeChart";
import { Panel } from "../../components/Panel";
import { counted, rates } from "../../connect/state";

interface Props {
  tenant: string;
  connector: ConnectorBody;
  /** When it was read, Unix milliseconds. */
  asOf: number;
}

const LIVE_MS = 5 * 60_000;
/** Tasks' figures come every five seconds: for so long the same ones say nothing new. */
const UNCHANGED_MS = 6_000;
const BLANK = "A point is added every few seconds while this page is open.";

/** How fast a connector is: as this page sees it, or what brokers noted of its topics and its group. */
export function Throughput(props: Props) {
  const [span, setSpan] = useState<Span | "live">("live");
  const { tenant, connector } = props;
  return (
    <Panel title="Throughput" aside={<SpanPicker live value={span} onChange={setSpan} />}>
      {span === "live" && <Live {...props} />}
      {span !== "live" && connector.kind === "sink" && (
        <PastLag tenant={tenant} name={connector.name} span={span} />
      )}
      {span !== "live" && connector.kind === "source" && (
        <PastTopic tenant={tenant} name={connector.name} span={span} />
      )}
    </Panel>
  );
}

interface Counts {
  times: number[];
  records: Points;
  bytes: Points;
}

function Live({ connector, asOf }: Props) {
  const series = useRef(new LiveSeries(LIVE_MS));
  const last = useRef<{ at: number; counts: (number | null)[] }>({ at: 0, counts: [] });
  const [counts, setCounts] = useState<Counts>({ times: [], records: [], bytes: [] });
  useEffect(() => {
    if (asOf === 0) return;
    const { tasks } = connector;
    const found = [counted(tasks, "records"), counted(tasks, "bytes")];
    const { at, counts: before } = last.current;
    if (asOf - at < UNCHANGED_MS && found.every((each, place) => each === before[place])) return;
    last.current = { at: asOf, counts: found };
    // When the first figures were counted is not known; those that follow are just in.
    if (at > 0) series.current.add(asOf, found);
    const { times } = series.current;
    setCounts({ times, records: series.current.line(0), bytes: series.current.line(1) });
  }, [connector, asOf]);
  const { times, records, bytes } = counts;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <One label="Records" times={times} points={rates(times, records)} unit="records/s" />
      <One label="Bytes" times={times} points={rates(times, bytes)} unit="bytes/s" />
    </SimpleGrid>
  );
}

interface PastProps {
  tenant: string;
  name: string;
  span: Span;
}

function PastLag({ tenant, name, span }: PastProps) {
  const { data } = useMetrics(tenant, `group:connect-${name}`, span);
  return (
    <One
      label="Records that it is behind"
      times={data?.times ?? []}
      points={lineOf(data, "lag")}
      unit="records"
      blank="The lag is noted once in a while; there is nothing from this time yet."
    />
  );
}

function PastTopic({ tenant, name, span }: PastProps) {
  const topics = useConnectorTopics(tenant, name);
  const [topic] = topics.data ?? [];
  if (topic === undefined) {
    return <One label="Records" times={[]} points={[]} unit="records/s" blank="No topic yet." />;
  }
  return <OfTopic tenant={tenant} name={topic} span={span} />;
}

function OfTopic({ tenant, name: topic, span }: PastProps) {
  const { data } = useMetrics(tenant, `topic:${topic}`, span);
  return (
    <One
      label={`Records into ${topic}, from whomever`}
      times={data?.times ?? []}
      points={lineOf(data, "records_in_per_s")}
      unit="records/s"
      blank="There is nothing from this time yet."
    />
  );
}

interface OneProps {
  label: string;
  times: number[];
  points: Points;
  unit: Unit;
  blank?: string;
}

function One({ label, times, points, unit, blank = BLANK }: OneProps) {
  const lines: Line[] = [{ label, points, colour: 1 }];
  return (
    <TimeChart
      label={label}
      times={times}
      lines={lines}
      unit={unit}
      together="connector"
      blank={blank}
    />
  );
}
