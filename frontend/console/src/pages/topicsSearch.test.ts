import { describe, expect, it } from "vitest";

import type { TopicRowBody } from "../api/topicTypes";
import { matchingTopics, readTopicsSearch } from "./topicsSearch";

const topic = (name: string, of: Partial<TopicRowBody> = {}): TopicRowBody => ({
  name,
  partitions: 1,
  replication_factor: 1,
  internal: false,
  cleanup_policy: "delete",
  retention_ms: -1,
  retention_bytes: -1,
  records: 0,
  bytes: 0,
  records_in_per_s: 0,
  bytes_in_per_s: 0,
  bytes_out_per_s: 0,
  under_replicated: 0,
  offline: 0,
  created_at: "2026-01-01T00:00:00Z",
  ...of,
});

describe("the topic list", () => {
  it("finds names by all words, in any order and case", () => {
    const topics = [topic("Orders.eu"), topic("orders.us"), topic("eu")];
    const names = (find: string) => matchingTopics(topics, find, false).map(({ name }) => name);
    expect(names("EU orders")).toEqual(["Orders.eu"]);
    expect(names(" ")).toHaveLength(3);
  });

  it("shows only those that ail", () => {
    const topics = [topic("a"), topic("b", { offline: 1 }), topic("c", { under_replicated: 2 })];
    expect(matchingTopics(topics, "", true).map(({ name }) => name)).toEqual(["b", "c"]);
  });

  it("has an address", () => {
    const search = { find: "a", sort: "-size", ailing: true };
    expect(readTopicsSearch(search)).toEqual(search);
    expect(readTopicsSearch({ find: 3, sort: "-colour", ailing: "yes" })).toEqual({});
  });
});
