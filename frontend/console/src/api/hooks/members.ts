/** The people of a tenant and their roles. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type MemberBody = Item<"/api/v1/tenants/{tenant}/members">;

export const membersKey = (tenant: string) => ["members", tenant] as const;

export function useMembers(tenant: string, enabled = true) {
  return useQuery({
    queryKey: membersKey(tenant),
    queryFn: async ({ signal }) =>
      (await request<ListBody<MemberBody>>("GET", paths.members(tenant), { signal })).data,
    enabled,
  });
}

export function useChangeRole(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ login, role }: { login: string; role: string }) =>
      request<MemberBody>("PATCH", paths.member(tenant, login), { body: { role } }),
    onSettled: () => queries.invalidateQueries({ queryKey: membersKey(tenant) }),
  });
}

export function useRemoveMember(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (login: string) => request<null>("DELETE", paths.member(tenant, login)),
    onSuccess: () => queries.invalidateQueries({ queryKey: membersKey(tenant) }),
  });
}
