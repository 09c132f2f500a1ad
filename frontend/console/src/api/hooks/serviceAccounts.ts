/** Principals for programs. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type ServiceAccountBody = Item<"/api/v1/tenants/{tenant}/service-accounts">;

export const serviceAccountsKey = (tenant: string) => ["service-accounts", tenant] as const;

export function useServiceAccounts(tenant: string, enabled = true) {
  return useQuery({
    queryKey: serviceAccountsKey(tenant),
    queryFn: async ({ signal }) => {
      const path = paths.serviceAccounts(tenant);
      return (await request<ListBody<ServiceAccountBody>>("GET", path, { signal })).data;
    },
    enabled,
  });
}

/** What a new account may do; ACLs say more exactly. */
export type AccountPreset = "records" | "producer" | "consumer" | "administrator" | "none";

export interface NewServiceAccountBody {
  name: string;
  preset?: AccountPreset;
}

export function useCreateServiceAccount(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewServiceAccountBody) =>
      request<ServiceAccountBody>("POST", paths.serviceAccounts(tenant), { body }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["acls", tenant] });
      return queries.invalidateQueries({ queryKey: serviceAccountsKey(tenant) });
    },
  });
}

export function useDeleteServiceAccount(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<null>("DELETE", paths.serviceAccount(tenant, name)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["api-keys", tenant] });
      return queries.invalidateQueries({ queryKey: serviceAccountsKey(tenant) });
    },
  });
}
