/** Access control lists in words that people say. */

import type { NewAclBody } from "../../../api/hooks/acls";

/** What can be done with each kind of thing; `all` stands for every one of them. */
export const OPERATIONS: Record<string, string[]> = {
  topic: [
    "all", "read", "write", "create", "delete", "alter", "describe", "describe_configs",
    "alter_configs",
  ],
  group: ["all", "read", "describe", "delete"],
  transactional_id: ["all", "write", "describe"],
  cluster: [
    "all", "create", "alter", "describe", "idempotent_write", "describe_configs", "alter_configs",
  ],
};

const RESOURCES: Record<string, { one: string; many: string }> = {
  topic: { one: "topic", many: "topics" },
  group: { one: "group", many: "groups" },
  transactional_id: { one: "transactional id", many: "transactional ids" },
  delegation_token: { one: "delegation token", many: "delegation tokens" },
  user: { one: "user", many: "users" },
};

const VERBS: Record<string, string> = {
  all: "do everything with",
  alter_configs: "change configs of",
  describe_configs: "see configs of",
  idempotent_write: "write idempotently in",
  cluster_action: "act as a broker in",
};

/** `topic` as `Topic`, `alter_configs` as `Alter configs`. */
export function labelOf(word: string): string {
  return (word.charAt(0).toUpperCase() + word.slice(1)).replaceAll("_", " ");
}

/** `topic orders`, `topics that begin with orders-`, `all topics`, `the cluster`. */
export function resourceOf({ resource_type, pattern_type, resource_name }: NewAclBody): string {
  if (resource_type === "cluster") return "the cluster";
  const words = RESOURCES[resource_type] ?? { one: resource_type, many: resource_type };
  if (pattern_type === "prefixed") return `${words.many} that begin with ${resource_name}`;
  if (resource_name === "*") return `all ${words.many}`;
  return `${words.one} ${resource_name}`;
}

/** `User:billing may read topics that begin with orders-, from 10.0.0.7 only`. */
export function sentenceOf(acl: NewAclBody): string {
  const who = acl.principal === "User:*" ? "Everybody" : acl.principal;
  const may = acl.permission === "deny" ? "may not" : "may";
  const verb = VERBS[acl.operation] ?? acl.operation;
  const from = acl.host === "*" ? "" : `, from ${acl.host} only`;
  return `${who} ${may} ${verb} ${resourceOf(acl)}${from}`;
}

/** What the list's filter looks at. */
export function searchTextOf(acl: NewAclBody): string {
  return `${sentenceOf(acl)} ${Object.values(acl).join(" ")}`.toLowerCase();
}
