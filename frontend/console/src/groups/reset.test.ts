import { describe, expect, it } from "vitest";

import {
  EMPTY_RESET,
  problemsOf,
  readPartitions,
  resetBody,
  totalsOf,
  type ResetValues,
} from "./reset";

const values = (changes: Partial<ResetValues>): ResetValues => ({ ...EMPTY_RESET, ...changes });

describe("a reset's request", () => {
  it("names no topics for all that are committed", () => {
    expect(resetBody(values({}), true)).toEqual({ to: "earliest", validate_only: true });
  });

  it("names topics, and partitions of a single one", () => {
    expect(resetBody(values({ topics: ["a", "b"], to: "latest" }), false)).toEqual({
      to: "latest",
      validate_only: false,
      topics: [{ topic_name: "a" }, { topic_name: "b" }],
    });
    expect(resetBody(values({ topics: ["a"], partitions: "3, 0-1" }), true).topics).toEqual([
      { topic_name: "a", partitions: [0, 1, 3] },
    ]);
  });

  it.each([
    [{ to: "offset", offset: " 42 " }, 42],
    [{ to: "shift", shift: "-7" }, -7],
    [{ to: "duration", amount: "90", unit: "M" }, 5_400_000],
    [{ to: "duration", amount: "2", unit: "D" }, 172_800_000],
    [{ to: "timestamp", time: "2026-03-01T12:00:00Z" }, 1772366400000],
    [{ to: "current" }, undefined],
  ] as [Partial<ResetValues>, number | undefined][])("%j has the value %s", (given, value) => {
    expect(problemsOf(values(given))).toEqual({});
    expect(resetBody(values(given), true).value).toBe(value);
  });

  it.each([
    [{ to: "offset", offset: "-1" }, "offset"],
    [{ to: "offset", offset: "1e3" }, "offset"],
    [{ to: "timestamp", time: "" }, "time"],
    [{ to: "duration", amount: "0" }, "amount"],
    [{ to: "shift", shift: "many" }, "shift"],
    [{ topics: ["a"], partitions: "1-" }, "partitions"],
    [{ topics: ["a", "b"], partitions: "1" }, "partitions"],
    [{ topics: [], partitions: "1" }, "partitions"],
  ] as [Partial<ResetValues>, string][])("%j is refused at %s", (given, field) => {
    expect(Object.keys(problemsOf(values(given)))).toEqual([field]);
  });

  it("does not mind what stands in fields of another target", () => {
    expect(problemsOf(values({ to: "latest", offset: "x", amount: "", shift: "" }))).toEqual({});
  });
});

describe("readPartitions", () => {
  it("refuses backward and endless stretches", () => {
    expect(readPartitions("4-2")).toBeNull();
    expect(readPartitions("0-999999")).toBeNull();
    expect(readPartitions("1,1,2-3")).toEqual([1, 2, 3]);
  });
});

describe("totalsOf", () => {
  it("keeps apart what is read again and what is skipped", () => {
    const rows = [
      { current_offset: 10, new_offset: 4 },
      { current_offset: 5, new_offset: 8 },
      { current_offset: 3, new_offset: 3 },
      { current_offset: null, new_offset: 9 },
    ];
    expect(totalsOf(rows)).toEqual({ partitions: 4, moved: 3, again: 6, skipped: 3 });
  });
});
