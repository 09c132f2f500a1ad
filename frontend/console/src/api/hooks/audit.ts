/** Who did what, the newest first. */

import { useInfiniteQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";

export interface AuditEntryBody {
  sequence: number;
  at: string;
  by: string;
  action: string;
  object: string;
  detail: unknown;
}

interface AuditBody {
  data: AuditEntryBody[];
  /** Sequence number that the page after begins before; null at the oldest. */
  next: number | string | null;
}

const PAGE = "100";

export function useAudit(tenant: string, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ["audit", tenant],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: PAGE });
      if (pageParam !== null) query.set("before", String(pageParam));
      return request<AuditBody>("GET", paths.audit(tenant, query), { signal });
    },
    initialPageParam: null as number | string | null,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled,
  });
}
