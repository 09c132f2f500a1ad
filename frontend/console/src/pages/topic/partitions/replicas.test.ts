import { expect, it } from "vitest";

import type { PartitionStateBody } from "../../../api/topicTypes";
import { isUnderReplicated, recordsIn, replicasOf, sharesOf } from "./replicas";

const partition: PartitionStateBody = {
  partition: 0,
  leader: 1,
  leader_epoch: 3,
  replicas: [1, 2, 3, 4],
  isr: [1, 2],
  offline: [4],
  log_start_offset: 10,
  high_watermark: 25,
  bytes: 100,
  lags: { "2": { records: 0, ms: 0 }, "3": { records: 12, ms: 900 } },
};

it("tells leader, in sync, behind and offline apart", () => {
  expect(replicasOf(partition)).toEqual([
    { broker: 1, state: "leader", lag: null },
    { broker: 2, state: "in-sync", lag: null },
    { broker: 3, state: "behind", lag: 12 },
    { broker: 4, state: "offline", lag: null },
  ]);
  expect(isUnderReplicated(partition)).toBe(true);
  expect(recordsIn(partition)).toBe(15);
});

it("has a leader that is down offline, and no leader at all nowhere", () => {
  const states = (leader: number | null) =>
    replicasOf({ ...partition, leader, isr: [4] }).map(({ state }) => state);
  expect(states(4)).toEqual(["behind", "behind", "behind", "offline"]);
  expect(states(null)).toEqual(["behind", "behind", "behind", "offline"]);
});

it("adds up what each broker has", () => {
  const other = { ...partition, leader: 2, isr: [1, 2, 3, 4], offline: [] };
  expect(sharesOf([partition, other])).toEqual([
    { broker: 1, leaders: 1, replicas: 2, notInSync: 0 },
    { broker: 2, leaders: 1, replicas: 2, notInSync: 0 },
    { broker: 3, leaders: 0, replicas: 2, notInSync: 1 },
    { broker: 4, leaders: 0, replicas: 2, notInSync: 1 },
  ]);
});
