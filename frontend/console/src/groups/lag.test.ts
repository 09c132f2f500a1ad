import { describe, expect, it } from "vitest";

import { assignmentsOf, totalLag } from "./lag";
import { isInUse, wordsOfState } from "./state";

const row = (partition_id: number, lag: number | null, seconds: number | null, consumer = "") => ({
  topic_name: "orders",
  partition_id,
  lag,
  lag_seconds: seconds,
  consumer_id: consumer,
});

describe("totalLag", () => {
  it("sums what is known and counts what is not", () => {
    expect(totalLag([row(0, 5, 1.5, "a"), row(1, null, null), row(2, 7, 9)])).toEqual({
      records: 12,
      seconds: 9,
      partitions: 3,
      unowned: 2,
      unknown: 1,
    });
  });

  it("is unknown, not zero, when nothing is known", () => {
    expect(totalLag([row(0, null, null)])).toMatchObject({ records: null, seconds: null });
    expect(totalLag([])).toMatchObject({ records: null, partitions: 0 });
  });
});

describe("assignmentsOf", () => {
  it("gathers a member's partitions by topic", () => {
    const found = assignmentsOf([
      row(0, 1, 1, "a"),
      row(2, 1, 1, "a"),
      row(1, 1, 1, "b"),
      row(3, 1, 1),
    ]);
    expect([...found.keys()]).toEqual(["a", "b"]);
    expect(found.get("a")?.get("orders")).toEqual([0, 2]);
  });
});

describe("a group's state", () => {
  it.each(["PreparingRebalance", "PREPARING_REBALANCE"])("%s is rebalancing", (state) => {
    expect(wordsOfState(state)).toMatchObject({ label: "Rebalancing", tone: "warn" });
  });

  it("shows a word it does not know as it is", () => {
    expect(wordsOfState("Pondering").label).toBe("Pondering");
  });

  it("is in use unless it is empty", () => {
    expect(["Stable", "EMPTY", "Dead", "RECONCILING"].map(isInUse)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
