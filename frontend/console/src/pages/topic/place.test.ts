import { describe, expect, it } from "vitest";

import type { Scan } from "../../records/scan";
import { inListOrder, onward, readPlace, startAt, turn, type Place } from "./place";
import { readRecordName, readRecordsSearch } from "./search";

const page = (state: Scan["state"]): Scan => ({
  state,
  records: [],
  unreadable: [],
  scannedRecords: 0,
  scannedBytes: 0,
  failed: 0,
  failure: null,
  next: "N",
  previous: "P",
  partitions: [],
});

describe("pages", () => {
  it("lead away from the newest backward, and back to them forward", () => {
    expect(turn(page("full"), "newest", "backward", true)).toEqual({
      on: { cursor: "N", way: "backward" },
      back: null,
    });
    const second = turn(page("full"), "newest", "backward", false);
    expect(second.back).toEqual({ cursor: "P", way: "forward" });
    const backAgain = turn(page("full"), "newest", "forward", false);
    expect(backAgain).toEqual({
      on: { cursor: "P", way: "backward" },
      back: { cursor: "N", way: "forward" },
    });
  });

  it("end where the topic ends, on both sides", () => {
    expect(turn(page("at-end"), "oldest", "forward", false).on).toBeNull();
    expect(turn(page("at-end"), "oldest", "backward", false)).toEqual({
      on: { cursor: "P", way: "forward" },
      back: null,
    });
  });

  it("go back from an offset that was jumped to", () => {
    const { back } = turn(page("full"), "offset:500", "forward", true);
    expect(back).toEqual({ cursor: "P", way: "backward" });
  });

  it("show newest records first whichever way they were read", () => {
    expect(inListOrder([9, 8, 7], "newest", "backward")).toEqual([9, 8, 7]);
    expect(inListOrder([7, 8, 9], "newest", "forward")).toEqual([9, 8, 7]);
    expect(inListOrder([9, 8, 7], "oldest", "backward")).toEqual([7, 8, 9]);
  });

  it("begin where the service is asked to begin", () => {
    const places: Place[] = ["newest", "oldest", "offset:7", "time:5"];
    expect(places.map(startAt)).toEqual([
      { from: "latest" },
      { from: "earliest" },
      { from: "offset:7" },
      { from: "timestamp:5" },
    ]);
    expect(places.map(onward)).toEqual(["backward", "forward", "forward", "forward"]);
  });
});

describe("addresses", () => {
  it("name a page, a filter and a record", () => {
    const search = { at: "time:5", partitions: [0, 2], filter: "size > 1", record: "2-17" };
    expect(readRecordsSearch(search)).toEqual(search);
    expect(readRecordName("2-17")).toEqual({ partition: 2, offset: "17" });
  });

  it("leave out what makes no sense", () => {
    expect(readPlace("offset:-1")).toBeNull();
    expect(readPlace(12)).toBe("offset:12");
    expect(
      readRecordsSearch({ at: "x", partitions: ["0"], cursor: "", record: "../1", filter: 3 }),
    ).toEqual({});
    expect(readRecordsSearch({ cursor: "c", way: "sideways" })).toEqual({
      cursor: "c",
      way: "forward",
    });
  });
});
