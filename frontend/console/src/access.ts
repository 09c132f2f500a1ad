/** What a person may do in a tenant. The service decides; the console only says so beforehand. */

import type { SessionBody, TenantAccess } from "./api/types";

export type Scope = "READ" | "WRITE" | "ADMINISTER";

const BY_ROLE: Record<string, Scope[]> = {
  viewer: ["READ"],
  developer: ["READ", "WRITE"],
  admin: ["READ", "WRITE", "ADMINISTER"],
  owner: ["READ", "WRITE", "ADMINISTER"],
};

/** Roles as people choose them, the least first. */
export const ROLES = [
  { value: "viewer", label: "Viewer", can: "looks at everything, changes nothing" },
  { value: "developer", label: "Developer", can: "also writes records and moves groups" },
  { value: "admin", label: "Admin", can: "also manages people, accounts and keys" },
  { value: "owner", label: "Owner", can: "everything an admin may; there is always one" },
] as const;

export function may(tenant: TenantAccess, scope: Scope): boolean {
  const scopes = tenant.scopes ?? BY_ROLE[tenant.role] ?? [];
  return scopes.some((each) => each.toUpperCase() === scope);
}

/** Why something is not offered: `null` when it is. */
export function refusal(tenant: TenantAccess, scope: Scope, doing: string): string | null {
  if (may(tenant, scope)) return null;
  const who = scope === "ADMINISTER" ? "Admins and owners" : "Developers, admins and owners";
  return `${who} ${doing}; you are ${article(tenant.role)} ${tenant.role} of ${tenant.name}.`;
}

/**
 * An operator's tenants: first those that they are in, then all others of the cell, whose people,
 * accounts and keys they manage. Records of the others they neither read nor write.
 */
export function tenantsOfOperator(
  own: TenantAccess[],
  all: { name: string; cluster_id: string }[],
): TenantAccess[] {
  const names = new Set(own.map(({ name }) => name));
  const others = all
    .filter(({ name }) => !names.has(name))
    .map(({ name, cluster_id }) => ({
      name,
      cluster_id,
      role: "operator",
      scopes: ["administer"],
    }));
  return [...own, ...others];
}

/** Whether somebody looks after the whole cell, not just a tenant in it. */
export function isOperator(user: SessionBody["user"]): boolean {
  return user.is_operator === true;
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? "an" : "a";
}
