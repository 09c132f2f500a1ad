import { expect, it } from "vitest";

import { offsetsFromJson } from "./offsets";

it("takes a list of partitions with offsets, or null to forget one", () => {
  const offsets = [
    { partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: 3 } },
    { partition: { filename: "f" }, offset: null },
  ];
  expect(offsetsFromJson(JSON.stringify(offsets))).toEqual(offsets);
});

it.each(["", "{}", "[]", "[1]", '[{"partition": {}}]', '[{"partition": [], "offset": null}]'])(
  "says what is wrong with %j",
  (text) => {
    expect(typeof offsetsFromJson(text)).toBe("string");
  },
);
