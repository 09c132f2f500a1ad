/** Who did what, the newest first. */

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Answer } from "../answers";
import { request } from "../client";

type AuditBody = Answer<"/api/v1/tenants/{tenant}/audit", "get">;
export type AuditEntryBody = AuditBody["data"][number];

/** Equal matches; what ends with `*` matches by its beginning. Empty ones are left out. */
export interface AuditFilter {
  by?: string;
  action?: string;
  object?: string;
  outcome?: "done" | "refused";
  /** RFC 3339. */
  since?: string;
  until?: string;
}

export type AuditVerificationBody = Answer<"/api/v1/tenants/{tenant}/audit/verification", "get">;

const PAGE = "100";

export function auditQuery(filter: AuditFilter): URLSearchParams {
  const given = Object.entries(filter).filter(([, value]) => value);
  return new URLSearchParams(given as [string, string][]);
}

export function useAudit(tenant: string, filter: AuditFilter, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ["audit", tenant, filter],
    queryFn: ({ pageParam, signal }) => {
      const query = auditQuery(filter);
      query.set("limit", PAGE);
      if (pageParam !== null) query.set("before", String(pageParam));
      return request<AuditBody>("GET", paths.audit(tenant, query), { signal });
    },
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next ?? undefined,
    enabled,
  });
}

/** Reads the whole log again and checks each entry against the one before. */
export function useVerifyAudit(tenant: string) {
  return useMutation({
    mutationFn: () => request<AuditVerificationBody>("GET", paths.auditVerification(tenant)),
  });
}
