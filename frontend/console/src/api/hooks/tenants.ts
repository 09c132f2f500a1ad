/** The cell's tenants, as far as somebody may know of them. */

import { useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type TenantBody = Item<"/api/v1/tenants">;

/** All of them for an operator; nobody else needs to ask. */
export function useTenants(enabled: boolean) {
  return useQuery({
    queryKey: ["tenants"],
    queryFn: async ({ signal }) =>
      (await request<ListBody<TenantBody>>("GET", paths.tenants, { signal })).data,
    enabled,
  });
}
