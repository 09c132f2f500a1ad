/** A tenant's limits in words: what each is about, how full it is, what may be typed for it. */

import type { ExceededLimit, Limit } from "../api/hooks/quotas";
import { writeCount } from "../charts/units";
import { formatBytes } from "../records/format";

interface Words {
  label: string;
  about: string;
}

const WORDS: Record<string, Words> = {
  produce_bytes_per_s: { label: "Produce", about: "What is written in a second, over all brokers." },
  fetch_bytes_per_s: { label: "Fetch", about: "What is read in a second, over all brokers." },
  request_time_percent: {
    label: "Request time",
    about: "Its share of each broker's time.",
  },
  connections: { label: "Connections", about: "Kafka connections at once." },
  connections_per_s: { label: "New connections", about: "Kafka connections opened in a second." },
  partitions: { label: "Partitions", about: "Over all topics." },
  partition_mutations_per_s: {
    label: "Partition changes",
    about: "Partitions made or deleted in a second.",
  },
  storage_bytes: {
    label: "Storage",
    about: "At 95 % writes are refused.",
  },
  message_bytes: { label: "Message size", about: "Of a batch; the last hour's largest." },
  groups: { label: "Consumer groups", about: "Groups with members or offsets." },
  websockets: { label: "Websockets", about: "Live sockets at once." },
  rest_requests_per_s: { label: "REST requests", about: "HTTP requests in a second." },
  topics: { label: "Topics", about: "Topics at once." },
  api_keys: { label: "API keys", about: "Keys in force." },
  service_accounts: { label: "Service accounts", about: "Principals for programs." },
  acls: { label: "ACLs", about: "Rules for service accounts." },
};

export function labelOfLimit(name: string): string {
  return WORDS[name]?.label ?? name.replaceAll("_", " ");
}

export function aboutLimit(name: string): string {
  return WORDS[name]?.about ?? "";
}

/** A limit's figure with its unit, which its name ends with. */
export function writeLimit(name: string, value: number): string {
  if (name.endsWith("bytes_per_s")) return `${formatBytes(value)}/s`;
  if (name.endsWith("_per_s")) return `${writeCount(value)}/s`;
  if (name.endsWith("bytes")) return formatBytes(value);
  if (name.endsWith("_percent")) return `${writeCount(value)} %`;
  return writeCount(value);
}

/** What a tenant has more of than it may. */
export function exceededWords({ tenant, name, applied, used }: ExceededLimit): string {
  const figures = `${writeLimit(name, used)} of ${writeLimit(name, applied)}`;
  return `${labelOfLimit(name)} of ${tenant}: ${figures}.`;
}

export interface Fill {
  /** Percent of the limit, at most 100. */
  percent: number;
  tone: "good" | "warn" | "bad";
}

// Where the service begins to refuse writes for want of storage.
const FULL = 95;
const NEARLY_FULL = 80;

/** How much of a limit is used; null where nobody counts it. */
export function fillOf({ applied, used }: Pick<Limit, "applied" | "used">): Fill | null {
  if (used === null) return null;
  const percent = Math.min(100, (used / applied) * 100);
  const tone = percent >= FULL ? "bad" : percent >= NEARLY_FULL ? "warn" : "good";
  return { percent, tone };
}

const SUFFIXES: Record<string, number> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/**
 * What was typed for a limit: a number, of bytes also as `10 MiB` or `1.5g`. Null when it is none
 * or less than one.
 */
export function readLimit(name: string, text: string): number | null {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])?(?:i?b)?)?(?:\/s)?\s*$/i.exec(text);
  if (!found) return null;
  const [, digits, suffix] = found;
  if (suffix !== undefined && !name.includes("bytes")) return null;
  const value = Number(digits) * (suffix === undefined ? 1 : SUFFIXES[suffix.toLowerCase()]!);
  const whole = Math.round(value);
  return Number.isSafeInteger(whole) && whole >= 1 ? whole : null;
}

/** A limit as it stands in its field: exact, in the largest unit that keeps it whole. */
export function editedLimit(name: string, value: number): string {
  if (!name.includes("bytes")) return String(value);
  for (const [unit, size] of [["TiB", 1024 ** 4], ["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024]] as const) {
    if (value % size === 0) return `${value / size} ${unit}`;
  }
  return String(value);
}
