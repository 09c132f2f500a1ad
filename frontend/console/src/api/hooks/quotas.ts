/** What a tenant, and what users and clients in it, may use. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Answer, Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type QuotasBody = Answer<"/api/v1/tenants/{tenant}/quotas", "get">;
/** `default` is the plan's, `applied` what holds, `used` null where nobody counts it. */
export type Limit = QuotasBody["data"][number];
export type PlanBody = Item<"/api/v1/cell/plans">;
/** Of what a tenant has more than it may. */
export type ExceededLimit = QuotasBody["exceeded"][number];
type AlteredPlan = Answer<"/api/v1/cell/plans", "put">;

/** Null takes the tenant's own limit away, so that the plan's holds. */
export interface QuotaChanges {
  plan?: string;
  limits?: Record<string, number | null>;
}

const LIVE_MS = 5_000;

const quotasKey = (tenant: string) => ["quotas", tenant] as const;

export function useQuotas(tenant: string) {
  return useQuery({
    queryKey: quotasKey(tenant),
    queryFn: ({ signal }) => request<QuotasBody>("GET", paths.quotas(tenant), { signal }),
    refetchInterval: LIVE_MS,
  });
}

export function useChangeQuotas(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: QuotaChanges) => request<QuotasBody>("PATCH", paths.quotas(tenant), { body }),
    onSuccess: (body) => queries.setQueryData<QuotasBody>(quotasKey(tenant), body),
  });
}

const PLANS_KEY = ["cell", "plans"] as const;

export function usePlans(enabled: boolean) {
  return useQuery({
    queryKey: PLANS_KEY,
    queryFn: async ({ signal }) =>
      (await request<ListBody<PlanBody>>("GET", paths.plans, { signal })).data,
    enabled,
  });
}

export function useSetPlan() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: PlanBody) => request<AlteredPlan>("PUT", paths.plans, { body }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["quotas"] });
      return queries.invalidateQueries({ queryKey: PLANS_KEY });
    },
  });
}
