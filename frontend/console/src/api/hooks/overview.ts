import { useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { OverviewBody } from "../types";

/** The tenant's cluster in a few figures; brokers come and go, so it is asked for again. */
export function useOverview(tenant: string) {
  return useQuery({
    queryKey: ["overview", tenant],
    queryFn: ({ signal }) => request<OverviewBody>("GET", paths.overview(tenant), { signal }),
    refetchInterval: 5_000,
  });
}
