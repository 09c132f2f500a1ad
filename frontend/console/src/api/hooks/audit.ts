/** Who did what, the newest first. */

import { useInfiniteQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Answer } from "../answers";
import { request } from "../client";

type AuditBody = Answer<"/api/v1/tenants/{tenant}/audit", "get">;
export type AuditEntryBody = AuditBody["data"][number];

const PAGE = "100";

export function useAudit(tenant: string, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ["audit", tenant],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: PAGE });
      if (pageParam !== null) query.set("before", String(pageParam));
      return request<AuditBody>("GET", paths.audit(tenant, query), { signal });
    },
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled,
  });
}
