import { describe, expect, it } from "vitest";

import {
  ceilingOf,
  columnsOf,
  describe as inWords,
  highest,
  isBlank,
  latest,
  type Line,
} from "./plot";
import { LiveSeries } from "./liveSeries";
import { writeUnit } from "./units";

const line = (points: (number | null)[]): Line => ({ label: "In", points, colour: 1 });

describe("a chart's lines", () => {
  it("keeps gaps as gaps, and fills up what is missing at the end", () => {
    expect(columnsOf([1_000, 2_000, 3_000], [line([5, null])])).toEqual([
      [1, 2, 3],
      [5, null, null],
    ]);
  });

  it("knows the latest and the highest of the points that are known", () => {
    expect(latest([1, 9, 4, null])).toBe(4);
    expect(highest([1, 9, 4, null])).toBe(9);
    expect(latest([null, null])).toBeNull();
    expect(isBlank([line([null]), line([])])).toBe(true);
    expect(isBlank([line([null]), line([0])])).toBe(false);
  });

  it("is described in words", () => {
    expect(inWords([line([1, 3, 2])], (value) => `${value}/s`)).toBe("In: now 2/s, at most 3/s");
    expect(inWords([line([null])], String)).toBe("no figures yet");
  });

  it("leaves an idle chart an axis", () => {
    expect(ceilingOf(null, "records/s")).toBe(1);
    expect(ceilingOf(0, "bytes/s")).toBe(1_024);
    expect(ceilingOf(2_000, "records/s")).toBeCloseTo(2_200);
  });
});

describe("writeUnit", () => {
  it.each([
    [1_536, "bytes/s", "1.5 KiB/s"],
    [0, "bytes", "0 B"],
    [12_345, "records", "12,345"],
    [0.5, "records/s", "0.5/s"],
    [2_000_000, "records/s", "2M/s"],
    [0.25, "seconds", "250 ms"],
    [90, "seconds", "1.5 min"],
    [7_200, "seconds", "2 h"],
  ] as const)("%s %s reads %s", (value, unit, words) => {
    expect(writeUnit(value, unit)).toBe(words);
  });
});

describe("LiveSeries", () => {
  it("keeps the newest points of a minute and one point for a moment", () => {
    const series = new LiveSeries(60_000);
    series.add(0, [1]);
    series.add(30_000, [2]);
    series.add(30_000, [3]);
    expect(series.times).toEqual([0, 30_000]);
    expect(series.line(0)).toEqual([1, 3]);
    series.add(61_000, [4]);
    expect(series.times).toEqual([30_000, 61_000]);
    expect(series.line(0)).toEqual([3, 4]);
    expect(series.line(1)).toEqual([null, null]);
  });
});
