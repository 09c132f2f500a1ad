/** The part of the audit page's address behind the question mark. */

import type { AuditFilter } from "../../../api/hooks/audit";

const CHARACTERS_MAX = 300;

export function readAuditSearch(from: Record<string, unknown>): AuditFilter {
  const filter: AuditFilter = {};
  for (const name of ["by", "action", "object", "since", "until"] as const) {
    const value = from[name];
    if (typeof value !== "string" || value === "" || value.length > CHARACTERS_MAX) continue;
    if ((name === "since" || name === "until") && Number.isNaN(Date.parse(value))) continue;
    filter[name] = value;
  }
  if (from.outcome === "done" || from.outcome === "refused") filter.outcome = from.outcome;
  return filter;
}
