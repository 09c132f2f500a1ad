import { expect, it } from "vitest";

import { deadLetterTopic, groupOf, topicsOf } from "./streams";

it("knows the group of a sink and the topic of its dead letters", () => {
  expect(groupOf("orders to s3")).toBe("connect-orders to s3");
  const key = "errors.deadletterqueue.topic.name";
  expect(deadLetterTopic({ [key]: " dead " })).toBe("dead");
  expect([deadLetterTopic({}), deadLetterTopic({ [key]: " " })]).toEqual([null, null]);
});

it("knows the topics that a sink is to read, and those that it or a source has met", () => {
  expect(topicsOf({ topics: "b, a" }, ["c", "a"])).toEqual(["a", "b", "c"]);
  expect(topicsOf({ topic: "written" }, [])).toEqual([]);
});
