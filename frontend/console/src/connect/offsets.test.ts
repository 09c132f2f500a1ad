import { expect, it } from "vitest";

import type { OffsetBody } from "../api/hooks/connectors";
import { stringifyJson } from "../records/json";
import { offsetsFromJson } from "./offsets";

it("takes a list of partitions with offsets, or null to forget one", () => {
  const offsets = [
    { partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: 3 } },
    { partition: { filename: "f" }, offset: null },
  ];
  expect(offsetsFromJson(JSON.stringify(offsets))).toEqual(offsets);
});

it("keeps an id past 2^53, which a number cannot have", () => {
  const text = '[{"partition":{"table":"t"},"offset":{"incrementing":9007199254740993}}]';
  const [read] = offsetsFromJson(text) as OffsetBody[];
  expect(read!.offset).toEqual({ incrementing: 9007199254740993n });
  expect(stringifyJson([read])).toBe(text);
});

it.each(["", "{}", "[]", "[1]", '[{"partition": {}}]', '[{"partition": [], "offset": null}]'])(
  "says what is wrong with %j",
  (text) => {
    expect(typeof offsetsFromJson(text)).toBe("string");
  },
);
