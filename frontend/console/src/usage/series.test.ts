import { describe, expect, it } from "vitest";

import { greatestOf, lineOf, ordersOf, SPANS, timesOf, totalsOf, type UsageRow } from "./series";

const row = (at: string, name: string | null, bytes_in: number, stored: number | null): UsageRow => ({
  at,
  name,
  bytes_in,
  bytes_out: 1,
  records_in: 2,
  requests: 3,
  stored_bytes_max: stored,
  partitions_max: 6,
  connector_task_seconds: 1800,
});

const ROWS = [
  row("2026-03-01T10:00:00Z", "orders", 100, 500),
  row("2026-03-01T10:00:00Z", "payments", 40, 10),
  row("2026-03-01T12:00:00Z", "orders", 7, 300),
];

describe("usage", () => {
  it("is asked for in whole hours or days, the running one included", () => {
    const now = Date.parse("2026-03-01T12:34:56Z");
    const hours = ordersOf(SPANS[0]!, "topic", now);
    expect(hours).toEqual({
      by: "topic",
      step: "hour",
      since: "2026-02-28T13:00:00.000Z",
      until: "2026-03-01T13:00:00.000Z",
    });
    expect(timesOf(hours)).toHaveLength(24);
    const days = ordersOf(SPANS[2]!, "tenant", now);
    expect(timesOf(days).at(-1)).toBe(Date.parse("2026-03-01T00:00:00Z"));
    expect(timesOf(days)).toHaveLength(30);
  });

  it("has zero where nothing was used, and sums names of one step", () => {
    const times = ["10", "11", "12"].map((hour) => Date.parse(`2026-03-01T${hour}:00:00Z`));
    expect(lineOf(ROWS, times, "bytes_in")).toEqual([140, 0, 7]);
  });

  it("has a line of each of the greatest users, and none of who used nothing", () => {
    const times = ["10", "11", "12"].map((hour) => Date.parse(`2026-03-01T${hour}:00:00Z`));
    expect(greatestOf(ROWS, times, "requests", 9)).toEqual([
      { name: "orders", points: [3, 0, 3] },
      { name: "payments", points: [3, 0, 0] },
    ]);
    expect(greatestOf(ROWS, times, "requests", 1).map(({ name }) => name)).toEqual(["orders"]);
    const idle = ROWS.map((each) => ({ ...each, requests: null }));
    expect(greatestOf(idle, times, "requests", 9)).toEqual([]);
  });

  it("adds up what flows and keeps the most of what is stored", () => {
    const [first, second] = totalsOf(ROWS, "bytes_in");
    expect(first).toMatchObject({ name: "orders", bytes_in: 107, requests: 6, stored_bytes_max: 500 });
    expect(first?.connector_task_seconds).toBe(3600);
    const none = totalsOf([row("2026-03-01T10:00:00Z", "User:a", 1, null)], "bytes_in");
    expect(none[0]?.stored_bytes_max).toBe(0);
    expect(second).toMatchObject({ name: "payments", bytes_in: 40, stored_bytes_max: 10 });
    expect(totalsOf(ROWS, "records_in").map(({ name }) => name)).toEqual(["orders", "payments"]);
  });
});
