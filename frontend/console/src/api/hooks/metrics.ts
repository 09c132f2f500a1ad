/** What brokers counted, over time. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";

export const SPANS = ["15m", "1h", "6h", "24h", "7d", "30d"] as const;
export type Span = (typeof SPANS)[number];

export type Series = (number | null)[];

export interface MetricsBody {
  /** Seconds between two points. */
  step_s: number;
  /** Unix milliseconds, one for each point. */
  times: number[];
  series: Record<string, Series | Record<string, Series>>;
}

const QUICKEST_MS = 2_000;
const SLOWEST_MS = 60_000;

/** `scope`: `tenant`, `topic:NAME` or `group:NAME`. It is asked for again once a step. */
export function useMetrics(tenant: string, scope: string, since: Span) {
  return useQuery({
    queryKey: ["metrics", tenant, scope, since],
    queryFn: ({ signal }) => {
      const path = paths.metrics(tenant, new URLSearchParams({ scope, since }));
      return request<MetricsBody>("GET", path, { signal });
    },
    refetchInterval: ({ state }) =>
      Math.min(SLOWEST_MS, Math.max(QUICKEST_MS, (state.data?.step_s ?? 10) * 1_000)),
    placeholderData: keepPreviousData,
  });
}

/** The points of one line; an empty one where the service does not have it. */
export function lineOf(metrics: MetricsBody | undefined, name: string): Series {
  const found = metrics?.series[name];
  return Array.isArray(found) ? found : [];
}
