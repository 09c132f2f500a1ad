/** Who may do what: the tenant's access control lists. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { ListBody } from "../types";

/** Words are Kafka's in lower case, such as `topic`, `literal`, `read`, `allow`. */
export interface NewAclBody {
  /** `User:NAME`, or `User:*` for everybody in the tenant. */
  principal: string;
  /** An address, or `*`. */
  host: string;
  resource_type: string;
  pattern_type: string;
  resource_name: string;
  operation: string;
  permission: string;
}

export interface AclBody extends NewAclBody {
  id: string;
}

export type AclPreset = "producer" | "consumer" | "administrator";

export interface AclPresetBody {
  principal: string;
  preset: AclPreset;
  topic?: string;
  pattern_type?: string;
  group?: string;
  transactional_id?: string;
  /** Only says what it would add. */
  validate_only: boolean;
}

export const aclsKey = (tenant: string) => ["acls", tenant] as const;

export function useAcls(tenant: string, enabled: boolean) {
  return useQuery({
    queryKey: aclsKey(tenant),
    queryFn: async ({ signal }) =>
      (await request<ListBody<AclBody>>("GET", paths.acls(tenant), { signal })).data,
    enabled,
  });
}

export function useCreateAcl(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAclBody) => request<AclBody>("POST", paths.acls(tenant), { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: aclsKey(tenant) }),
  });
}

export function useAclPreset(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: AclPresetBody) =>
      (await request<ListBody<NewAclBody>>("POST", paths.aclPreset(tenant), { body })).data,
    onSuccess: (_, { validate_only }) => {
      if (!validate_only) return queries.invalidateQueries({ queryKey: aclsKey(tenant) });
    },
  });
}

/** One after the other; it stops at the first that is refused. */
export function useDeleteAcls(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (acls: AclBody[]) => {
      for (const { id } of acls) await request<null>("DELETE", paths.acl(tenant, id));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: aclsKey(tenant) }),
  });
}
