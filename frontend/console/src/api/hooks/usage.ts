/** What was used, hour by hour or day by day. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { UsageBody, UsageOrders } from "../../usage/series";
import { request } from "../client";

/** Brokers roll their figures up every ten seconds; nobody needs hours that often. */
const REFRESH_MS = 60_000;

export function usageQuery({ by, step, since, until }: UsageOrders): URLSearchParams {
  return new URLSearchParams({ by, step, since, until });
}

export function useUsage(tenant: string, orders: UsageOrders) {
  return useQuery({
    queryKey: ["usage", tenant, orders],
    queryFn: ({ signal }) =>
      request<UsageBody>("GET", paths.usage(tenant, usageQuery(orders)), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}
