/** Admin events: what happened in the tenant or the cell, as the service tells open consoles. */

export interface AdminEvent {
  type: string;
  /** Unix milliseconds. */
  at: number;
  /** What it happened to: a topic, a broker's id, a key, a login. */
  object: string;
  /** Who did it; null where nobody did, as when a broker goes down. */
  by: string | null;
}

export interface EventFrame {
  /** Where to go on after this frame. */
  cursor: string | null;
  event: AdminEvent | null;
  /** More was missed than is told again. */
  gap: boolean;
}

/** One frame of the socket; null for what is none. */
export function parseFrame(data: unknown): EventFrame | null {
  if (typeof data !== "string") return null;
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof frame !== "object" || frame === null) return null;
  const { type, cursor, ...rest } = frame as Record<string, unknown>;
  if (typeof type !== "string") return null;
  return {
    cursor: typeof cursor === "string" || typeof cursor === "number" ? String(cursor) : null,
    event: type.includes(".") ? eventOf(type, rest) : null,
    gap: type === "gap",
  };
}

function eventOf(type: string, { at, object, by }: Record<string, unknown>): AdminEvent {
  return {
    type,
    at: typeof at === "number" ? at : 0,
    object: typeof object === "string" || typeof object === "number" ? String(object) : "",
    by: typeof by === "string" ? by : null,
  };
}

/** First words of the query keys that an event makes stale, by the event's own first word. */
const STALE: Record<string, string[]> = {
  topic: ["topics", "topic", "topic-list", "partitions", "configs", "overview", "groups"],
  broker: ["cell", "overview", "partitions", "topics"],
  key: ["api-keys", "service-accounts", "audit"],
  invitation: ["invitations", "audit"],
  member: ["members", "invitations", "session", "audit"],
  service_account: ["service-accounts", "api-keys", "audit"],
};

export function staleKeys(events: AdminEvent[]): Set<string> {
  const stale = new Set<string>();
  for (const { type } of events) {
    for (const key of STALE[type.split(".")[0]!] ?? []) stale.add(key);
    stale.add("audit");
  }
  return stale;
}

export interface Notice {
  title: string;
  message: string;
  tone: "plain" | "good" | "bad";
}

/** What is said of each type of event: for one, for several, and how grave it is. */
const WORDS: Record<string, [one: string, several: string, tone?: Notice["tone"]]> = {
  "topic.created": ["Topic created", "topics created"],
  "topic.deleted": ["Topic deleted", "topics deleted"],
  "topic.grown": ["Topic has more partitions", "topics have more partitions"],
  "topic.configs_altered": ["Topic's configs changed", "topics' configs changed"],
  "topic.records_deleted": ["Records deleted", "topics had records deleted"],
  "broker.fenced": ["Broker not answering", "brokers not answering", "bad"],
  "broker.unfenced": ["Broker serves again", "brokers serve again", "good"],
  "broker.draining": ["Broker is being drained", "brokers are being drained"],
  "broker.undrained": ["Broker is back in service", "brokers are back in service", "good"],
  "broker.removed": ["Broker removed", "brokers removed"],
  "key.issued": ["Key issued", "keys issued"],
  "key.revoked": ["Key revoked", "keys revoked"],
  "invitation.created": ["Person invited", "people invited"],
  "invitation.withdrawn": ["Invitation withdrawn", "invitations withdrawn"],
  "member.added": ["Member added", "members added"],
  "member.changed": ["Member's role changed", "members' roles changed"],
  "member.removed": ["Member removed", "members removed"],
  "service_account.created": ["Service account created", "service accounts created"],
  "service_account.deleted": ["Service account deleted", "service accounts deleted"],
};

const NAMED = 3;

/**
 * One notice for each type among the events of a moment. What `self` did the page has said already;
 * types that this console does not know only refresh what it shows.
 */
export function noticesOf(events: AdminEvent[], self: string): Notice[] {
  const byType = new Map<string, AdminEvent[]>();
  for (const event of events) {
    if (event.by === self || !(event.type in WORDS)) continue;
    byType.set(event.type, [...(byType.get(event.type) ?? []), event]);
  }
  return [...byType].map(([type, same]) => {
    const [one, several, tone = "plain"] = WORDS[type]!;
    const title = same.length === 1 ? one : `${same.length} ${several}`;
    return { title, message: messageOf(type, same), tone };
  });
}

function messageOf(type: string, events: AdminEvent[]): string {
  const prefix = type.startsWith("broker.") ? "broker " : "";
  const named = events.slice(0, NAMED).map(({ object }) => `${prefix}${object}`);
  const more = events.length - named.length;
  const objects = named.join(", ") + (more > 0 ? ` and ${more} more` : "");
  const people = new Set(events.map(({ by }) => by));
  const [by] = people;
  return people.size === 1 && by ? `${objects}, by ${by}` : objects;
}
