import { SegmentedControl } from "@mantine/core";

import { SPANS, type Span } from "../api/hooks/metrics";

const LABELS: Record<Span, string> = {
  "15m": "15 min",
  "1h": "1 h",
  "6h": "6 h",
  "24h": "24 h",
  "7d": "7 d",
  "30d": "30 d",
};

interface Props<Choice extends Span | "live"> {
  value: Choice;
  onChange: (span: Choice) => void;
  /** Whether "Live" is offered, for what the page itself sees come. */
  live?: boolean;
}

/** How far back charts reach. */
export function SpanPicker<Choice extends Span | "live">({ value, onChange, live }: Props<Choice>) {
  const spans = SPANS.map((span) => ({ value: span as string, label: LABELS[span] }));
  return (
    <SegmentedControl
      size="xs"
      aria-label="How far back"
      data={live ? [{ value: "live", label: "Live" }, ...spans] : spans}
      value={value}
      onChange={(chosen) => onChange(chosen as Choice)}
    />
  );
}
