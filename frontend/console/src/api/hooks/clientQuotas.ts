/** What users and clients of a tenant may use of its share. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { ListBody } from "../types";

/** Null stands for all that have no quota of their own; what is absent does not matter. */
export interface QuotaEntity {
  user?: string | null;
  "client-id"?: string | null;
  /** An address, whose new connections are kept to a rate. */
  ip?: string | null;
}

export type ClientQuotaName =
  | "producer_byte_rate"
  | "consumer_byte_rate"
  | "request_percentage"
  | "controller_mutation_rate"
  | "connection_creation_rate";

export interface ClientQuotaBody {
  entity: QuotaEntity;
  values: Partial<Record<ClientQuotaName, number>>;
}

/** Who uses most of one of the quotas; `at_broker` is the most of it at one broker. */
export interface ClientUse {
  quota: ClientQuotaName;
  who: { user?: string; "client-id"?: string; ip?: string };
  used: number;
  at_broker: number;
}

/** With what is used of each of `values`, by whoever uses most of it. */
export interface UsedClientQuota extends ClientQuotaBody {
  used: ClientQuotaBody["values"];
  used_by: ClientUse[];
}

const LIVE_MS = 5_000;

const key = (tenant: string) => ["client-quotas", tenant] as const;

export function useClientQuotas(tenant: string, enabled: boolean) {
  return useQuery({
    queryKey: key(tenant),
    queryFn: async ({ signal }) =>
      (await request<ListBody<UsedClientQuota>>("GET", paths.clientQuotas(tenant), { signal })).data,
    enabled,
    refetchInterval: LIVE_MS,
  });
}

/** One entity has these and no others. */
export function useSetClientQuota(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ClientQuotaBody) =>
      request<unknown>("PUT", paths.clientQuotas(tenant), { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: key(tenant) }),
  });
}

/** How the service names the entity of all that have no quota of their own, in a query. */
const DEFAULT = "<default>";

export function entityQuery({ user, "client-id": client, ip }: QuotaEntity): URLSearchParams {
  const query = new URLSearchParams();
  if (user !== undefined) query.set("user", user ?? DEFAULT);
  if (client !== undefined) query.set("client_id", client ?? DEFAULT);
  if (ip !== undefined) query.set("ip", ip ?? DEFAULT);
  return query;
}

export function useRemoveClientQuota(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (entity: QuotaEntity) =>
      request<null>("DELETE", paths.clientQuota(tenant, entityQuery(entity))),
    onSuccess: () => queries.invalidateQueries({ queryKey: key(tenant) }),
  });
}
