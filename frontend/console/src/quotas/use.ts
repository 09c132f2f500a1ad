/** What is used of quotas of users and clients, in words. */

import type { ClientQuotaName, UsedClientQuota } from "../api/hooks/clientQuotas";
import { writeCount } from "../charts/units";
import { formatBytes } from "../records/format";
import { entityWords } from "./entity";

/** A quota's figure with its unit. */
export function writeClientQuota(name: ClientQuotaName, value: number): string {
  if (name === "request_percentage") return `${writeCount(value)} %`;
  return `${name.endsWith("byte_rate") ? formatBytes(value) : writeCount(value)}/s`;
}

/** Who uses most of it, a line each: several where it is a quota of all others. */
export function mostUsedBy({ used_by }: UsedClientQuota, name: ClientQuotaName): string {
  const lines = used_by
    .filter(({ quota }) => quota === name)
    .map(({ who, used }) => `${entityWords(who)}: ${writeClientQuota(name, used)}`);
  return lines.join("\n") || "Nobody uses any of it now.";
}
