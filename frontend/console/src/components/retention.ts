import type { TopicRowBody } from "../api/topicTypes";
import { formatSpan, formatBytes } from "../records/format";

type Limits = Pick<TopicRowBody, "cleanup_policy" | "retention_ms" | "retention_bytes">;

/** What a topic keeps, in a few words: `7 days`, `1 hour or 1 GiB`, `for ever`, `newest of each key`. */
export function retentionWords({ cleanup_policy, retention_ms, retention_bytes }: Limits): string {
  const policies = cleanup_policy.split(",").map((policy) => policy.trim());
  const compacts = policies.includes("compact");
  if (!policies.includes("delete") && compacts) return "newest of each key";
  const limits: string[] = [];
  if (retention_ms >= 0) limits.push(formatSpan(retention_ms));
  if (retention_bytes >= 0) limits.push(formatBytes(retention_bytes));
  const kept = limits.length === 0 ? "for ever" : limits.join(" or ");
  return compacts ? `${kept}, compacted` : kept;
}
