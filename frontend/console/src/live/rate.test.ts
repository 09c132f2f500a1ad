import { describe, expect, it } from "vitest";

import { RateMeter } from "./rate";

describe("RateMeter", () => {
  it("averages whole seconds and leaves out the one that is still running", () => {
    const meter = new RateMeter();
    meter.add(100, 10_000);
    meter.add(200, 11_500);
    meter.add(300, 12_999);
    meter.add(5_000, 13_000);
    expect(meter.rate(13_100)).toBe(200);
  });

  it("does not dilute the first seconds with those before it began", () => {
    const meter = new RateMeter();
    meter.add(50, 4_200);
    expect(meter.rate(5_000)).toBe(50);
  });

  it("falls to zero when nothing comes", () => {
    const meter = new RateMeter();
    meter.add(900, 1_000);
    expect(meter.rate(2_000)).toBe(900);
    expect(meter.rate(9_000)).toBe(0);
  });

  it("forgets what is older than its span, also after a long silence", () => {
    const meter = new RateMeter();
    meter.add(7, 1_000);
    meter.add(9, 500_000);
    const history = meter.history(501_000);
    expect(history).toHaveLength(RateMeter.SPAN);
    expect(history.at(-1)).toBe(9);
    expect(history.reduce((sum, count) => sum + count)).toBe(9);
  });

  it("shows only the seconds that there have been", () => {
    const meter = new RateMeter();
    meter.add(1, 1_000);
    meter.add(2, 2_000);
    expect(meter.history(3_000)).toEqual([1, 2]);
  });
});
