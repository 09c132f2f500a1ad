/** The cell's tenants, as far as somebody may know of them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type TenantBody = Item<"/api/v1/tenants">;

export interface TenantChanges {
  auto_create_topics?: boolean;
  default_partition_count?: number;
}

export type TenantVerb = "suspend" | "resume" | "restore" | "delete";

const TENANTS_KEY = ["tenants"] as const;
const tenantKey = (name: string) => ["tenant", name] as const;

/** All of them for an operator; nobody else needs to ask. */
export function useTenants(enabled: boolean) {
  return useQuery({
    queryKey: TENANTS_KEY,
    queryFn: async ({ signal }) =>
      (await request<ListBody<TenantBody>>("GET", paths.tenants, { signal })).data,
    enabled,
  });
}

/** One tenant's settings. */
export function useTenant(name: string) {
  return useQuery({
    queryKey: tenantKey(name),
    queryFn: ({ signal }) => request<TenantBody>("GET", paths.tenant(name), { signal }),
  });
}

export function useCreateTenant() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<TenantBody>("POST", paths.tenants, { body: { name } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: TENANTS_KEY }),
  });
}

export function useAlterTenant(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: TenantChanges) => request<TenantBody>("PATCH", paths.tenant(name), { body }),
    onSuccess: (altered) => queries.setQueryData(tenantKey(name), altered),
  });
}

export function useTenantVerb(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (verb: TenantVerb) =>
      verb === "delete"
        ? request<unknown>("DELETE", paths.tenant(name))
        : request<unknown>("POST", paths.tenantVerb(name, verb), { body: {} }),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: TENANTS_KEY });
      return queries.invalidateQueries({ queryKey: tenantKey(name) });
    },
  });
}
