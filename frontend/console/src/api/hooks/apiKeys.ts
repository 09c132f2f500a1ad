/** API keys: what programs log in with. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { RestrictionBody } from "../../keys/restriction";
import type { Answer, Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";
import { serviceAccountsKey } from "./serviceAccounts";

/** `service_account` is null for a key of the tenant's administrator. */
export type ApiKeyBody = Item<"/api/v1/tenants/{tenant}/api-keys"> & {
  description?: string;
  restriction?: RestrictionBody | null;
  /** RFC 3339, to the minute or so; null for a key that nobody has used. */
  last_used_at?: string | null;
  /** The address that it was used from then. */
  last_used_from?: string | null;
};

export interface NewApiKeyBody {
  service_account: string | null;
  expires_in_seconds?: number;
  description?: string;
  restriction?: RestrictionBody;
}

/** The one answer that carries the secret. */
export type IssuedApiKeyBody = Answer<"/api/v1/tenants/{tenant}/api-keys", "post">;

export const apiKeysKey = (tenant: string) => ["api-keys", tenant] as const;

export function useApiKeys(tenant: string, enabled = true) {
  return useQuery({
    queryKey: apiKeysKey(tenant),
    queryFn: async ({ signal }) =>
      (await request<ListBody<ApiKeyBody>>("GET", paths.apiKeys(tenant), { signal })).data,
    enabled,
  });
}

export function useIssueApiKey(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewApiKeyBody) =>
      request<IssuedApiKeyBody>("POST", paths.apiKeys(tenant), { body }),
    // The secret stays in the dialog that asked for it, and leaves with it.
    gcTime: 0,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: serviceAccountsKey(tenant) });
      return queries.invalidateQueries({ queryKey: apiKeysKey(tenant) });
    },
  });
}

/** A new key for an old one's account; the old one ends after the overlap. */
export function useRotateApiKey(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, overlap_seconds }: { key: string; overlap_seconds: number }) =>
      request<IssuedApiKeyBody>("POST", paths.rotateKey(tenant, key), { body: { overlap_seconds } }),
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: apiKeysKey(tenant) }),
  });
}

export function useRevokeApiKey(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => request<null>("DELETE", paths.apiKey(tenant, key)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: serviceAccountsKey(tenant) });
      return queries.invalidateQueries({ queryKey: apiKeysKey(tenant) });
    },
  });
}
