import { describe, expect, it } from "vitest";

import type { StreamRecord } from "../records/record";
import { matcherFor } from "../records/search";
import { TAIL_CAPACITY, TailBuffer } from "./tail";

function record(offset: number, text: string): StreamRecord {
  return {
    partition: 0,
    offset: String(offset),
    timestamp: 1_000 + offset,
    key: null,
    value: { kind: "text", text },
    headers: [],
    size: null,
  };
}

const offsets = (tail: TailBuffer) => tail.visible.toArray().map((entry) => entry.record.offset);

describe("TailBuffer", () => {
  it("shows the newest first and stays bounded", () => {
    const tail = new TailBuffer();
    const count = TAIL_CAPACITY + 10;
    tail.append(Array.from({ length: count }, (_, offset) => record(offset, "x")));
    expect(tail.visible.length).toBe(TAIL_CAPACITY);
    expect(tail.visible.newest(0)?.record.offset).toBe(String(count - 1));
    expect(tail.received).toBe(count);
  });

  it("filters what it holds and what comes later alike", () => {
    const tail = new TailBuffer();
    tail.append([record(0, "JFK"), record(1, "LGA"), record(2, "jfk ua")]);
    tail.setMatcher(matcherFor("JFK"));
    expect(offsets(tail)).toEqual(["2", "0"]);
    tail.append([record(3, "EWR"), record(4, "to JFK")]);
    expect(offsets(tail)).toEqual(["4", "2", "0"]);
    tail.setMatcher(null);
    expect(offsets(tail)).toEqual(["4", "3", "2", "1", "0"]);
  });

  it("never gives one number to two records", () => {
    const tail = new TailBuffer();
    tail.append([record(0, "a"), record(1, "b")]);
    tail.clear();
    tail.append([record(2, "c")]);
    expect(tail.visible.newest(0)?.sequence).toBe(2);
    expect(tail.visible.length).toBe(1);
  });

  it("knows the time of the record that came last, filtered out or not", () => {
    const tail = new TailBuffer();
    expect(tail.newestTimestamp).toBeNull();
    tail.setMatcher(matcherFor("nothing"));
    tail.append([record(5, "a")]);
    expect(tail.newestTimestamp).toBe(1_005);
  });
});
