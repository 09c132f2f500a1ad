import { expect, it } from "vitest";

import type { ConnectorBody, ConnectorTaskBody } from "../api/hooks/connectors";
import { counted, headline, rates, stateOf, waits, wordsOfState } from "./state";

function task(state: ConnectorTaskBody["state"], metrics: Record<string, unknown> = {}) {
  return { number: 0, state, metrics, trace: "", worker: "", restarts: 0, next_restart_at: null };
}

it("looks failed when one of its tasks is", () => {
  const connector = { state: "RUNNING", tasks: [task("RUNNING"), task("FAILED")] };
  expect(stateOf(connector as ConnectorBody)).toBe("FAILED");
  expect(stateOf({ ...connector, tasks: [] } as unknown as ConnectorBody)).toBe("RUNNING");
});

it("keeps a state that it does not know", () => {
  expect(wordsOfState("SLEEPING").label).toBe("SLEEPING");
});

it("sums what tasks counted, and tells nothing from 0", () => {
  const tasks = [task("RUNNING", { records: 2 }), task("RUNNING", { records: 0 })];
  expect(counted(tasks, "records")).toBe(2);
  expect(counted(tasks, "lag")).toBeNull();
});

it("tells once why tasks wait, and the longest that one has", () => {
  const waiting = (why: string, seconds: number) =>
    task("RUNNING", { waiting: why, waiting_s: seconds });
  const tasks = [waiting("full", 30), waiting("", 0), waiting("full", 200), waiting("down", 5)];
  expect(waits([...tasks, task("RUNNING")])).toEqual(["full (for 3 min)", "down (for 5 s)"]);
  expect(waits([task("FAILED", { waiting: "full" })])).toEqual([]);
});

it("finds the line that says what failed", () => {
  expect(headline("Traceback (most recent call last):\n  File\nOSError: gone\n")).toBe(
    "OSError: gone",
  );
  expect(headline("the target refused\n  at x")).toBe("the target refused");
  expect(headline("Traceback (most recent call last):\nconnect.spi.errors.DataError: no: 3\n")).toBe(
    "no: 3",
  );
  expect(headline("")).toBeNull();
});

it("makes rates out of counts, but not where a task began anew", () => {
  expect(rates([0, 2_000, 4_000, 6_000], [10, 30, 5, null])).toEqual([null, 10, null, null]);
});
