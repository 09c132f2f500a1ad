import { describe, expect, it } from "vitest";

import { resourceOf, searchTextOf, sentenceOf } from "./words";

const ACL = {
  principal: "User:billing",
  host: "*",
  resource_type: "topic",
  pattern_type: "literal",
  resource_name: "orders",
  operation: "read",
  permission: "allow",
};

describe("an access control list in words", () => {
  it.each([
    [{}, "topic orders"],
    [{ pattern_type: "prefixed", resource_name: "eu-" }, "topics that begin with eu-"],
    [{ resource_type: "group", resource_name: "*" }, "all groups"],
    // A prefixed star is the letter, not every name.
    [{ pattern_type: "prefixed", resource_name: "*" }, "topics that begin with *"],
    [{ resource_type: "cluster", resource_name: "kafka-cluster" }, "the cluster"],
  ])("names its resource: %j", (changes, words) => {
    expect(resourceOf({ ...ACL, ...changes })).toBe(words);
  });

  it("says who may do what, and from where", () => {
    expect(sentenceOf(ACL)).toBe("User:billing may read topic orders");
    const denied = { ...ACL, principal: "User:*", permission: "deny", host: "10.0.0.7" };
    expect(sentenceOf({ ...denied, operation: "all" })).toBe(
      "Everybody may not do everything with topic orders, from 10.0.0.7 only",
    );
  });

  it("is found by Kafka's words as well", () => {
    expect(searchTextOf({ ...ACL, operation: "alter_configs" })).toContain("alter_configs");
    expect(searchTextOf({ ...ACL, resource_type: "transactional_id" })).toContain(
      "transactional id orders",
    );
  });
});
