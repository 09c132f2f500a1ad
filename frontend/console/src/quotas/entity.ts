/** Whom a client quota is about, as words, as a form and as the service takes it. */

import type { QuotaEntity } from "../api/hooks/clientQuotas";

/** `user billing with client app-1`, `every other client`. */
export function entityWords({ user, "client-id": client, ip }: QuotaEntity): string {
  if (ip !== undefined) return ip === null ? "every other address" : `address ${ip}`;
  const users = user === undefined ? null : user === null ? "every other user" : `user ${user}`;
  const clients =
    client === undefined ? null : client === null ? "every other client" : `client ${client}`;
  return [users, clients].filter(Boolean).join(" with ") || "everybody";
}

/** How one part of an entity is chosen in a form. */
export type Part = "any" | "others" | "named";

export interface EntityForm {
  user: Part;
  userName: string;
  client: Part;
  clientName: string;
}

/** Null where the form names nobody. */
export function entityOf(form: EntityForm): QuotaEntity | null {
  const entity: QuotaEntity = {};
  if (form.user !== "any") entity.user = form.user === "others" ? null : form.userName.trim();
  if (form.client !== "any") {
    entity["client-id"] = form.client === "others" ? null : form.clientName.trim();
  }
  if (Object.keys(entity).length === 0 || Object.values(entity).includes("")) return null;
  return entity;
}
