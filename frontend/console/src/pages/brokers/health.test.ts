import { describe, expect, it } from "vitest";

import type { CellBrokerBody } from "../../api/hooks/brokers";
import { diskOf, percentMoved, stateOf, whyNotRemove } from "./health";

const broker = (changes: Partial<CellBrokerBody>): CellBrokerBody => ({
  id: 1,
  host: "h",
  port: 9092,
  rack: null,
  state: "running",
  draining: false,
  volume: "v1",
  disk_bytes: 1_000,
  disk_free_bytes: 400,
  lacks_room: false,
  leaders: 3,
  replicas: 9,
  under_replicated: 0,
  bytes_in_per_s: 0,
  bytes_out_per_s: 0,
  heartbeat_at: null,
  ...changes,
});

describe("a broker's state", () => {
  it.each([
    [{}, "serving"],
    [{ draining: true }, "draining, 9 left"],
    [{ draining: true, replicas: 0 }, "drained"],
    [{ lacks_room: true, draining: true }, "disk full"],
    [{ state: "fenced", lacks_room: true }, "not answering"],
  ] as const)("%j is %s", (changes, label) => {
    expect(stateOf(broker(changes)).label).toBe(label);
  });
});

describe("a broker's disk", () => {
  it.each([
    [400, 60, "good"],
    [250, 75, "warn"],
    [100, 90, "bad"],
    [0, 100, "bad"],
  ])("%s of 1000 free is %s %% used", (free, percent, tone) => {
    expect(diskOf(broker({ disk_free_bytes: free }))).toMatchObject({ percent, tone });
  });

  it("is not known until it has told", () => {
    expect(diskOf(broker({ disk_free_bytes: null }))).toBeNull();
    expect(diskOf(broker({ disk_bytes: 0, disk_free_bytes: 0 }))).toBeNull();
  });
});

describe("removing a broker", () => {
  it("needs it drained, empty and stopped, in this order", () => {
    expect(whyNotRemove(broker({}))).toMatch(/^Drain it first/);
    expect(whyNotRemove(broker({ draining: true }))).toMatch(/still holds 9/);
    expect(whyNotRemove(broker({ draining: true, replicas: 0 }))).toMatch(/Stop its process/);
    expect(whyNotRemove(broker({ draining: true, replicas: 0, state: "fenced" }))).toBeNull();
  });
});

describe("how far a move has come", () => {
  it.each([
    [1_000, 1_000, 0],
    [1_000, 251, 74],
    [1_000, 0, 100],
    [1_000, 1_200, 0],
    [0, 0, 100],
    [0, 10, 0],
    [null, 10, null],
    [1_000, null, null],
  ])("of %s bytes %s are left: %s %%", (copy_bytes, remaining_bytes, percent) => {
    expect(percentMoved({ copy_bytes, remaining_bytes })).toBe(percent);
  });
});
