/** What the partitions map says of every replica and broker. Pure. */

import type { PartitionStateBody } from "../../../api/topicTypes";

export type ReplicaState = "leader" | "in-sync" | "behind" | "offline";

export interface ReplicaView {
  broker: number;
  state: ReplicaState;
  /** Records that it lacks; null when it lacks none or nobody knows. */
  lag: number | null;
}

export function replicasOf(partition: PartitionStateBody): ReplicaView[] {
  return partition.replicas.map((broker) => {
    const state = stateOf(partition, broker);
    const lag = state === "leader" ? null : (partition.lags?.[broker]?.records ?? null);
    return { broker, state, lag: lag === 0 ? null : lag };
  });
}

function stateOf(partition: PartitionStateBody, broker: number): ReplicaState {
  if (partition.offline.includes(broker)) return "offline";
  if (broker === partition.leader) return "leader";
  return partition.isr.includes(broker) ? "in-sync" : "behind";
}

export function isUnderReplicated({ replicas, isr }: PartitionStateBody): boolean {
  return isr.length < replicas.length;
}

export function recordsIn({ high_watermark: end, log_start_offset: start }: PartitionStateBody) {
  return end === null || start === null ? null : Math.max(0, end - start);
}

export interface BrokerShare {
  broker: number;
  leaders: number;
  replicas: number;
  /** Replicas here that are behind or offline. */
  notInSync: number;
}

/** What each broker has of the topic, by broker id. */
export function sharesOf(partitions: PartitionStateBody[]): BrokerShare[] {
  const shares = new Map<number, BrokerShare>();
  for (const partition of partitions) {
    for (const { broker, state } of replicasOf(partition)) {
      const share = shares.get(broker) ?? { broker, leaders: 0, replicas: 0, notInSync: 0 };
      share.replicas += 1;
      if (state === "leader") share.leaders += 1;
      if (state === "behind" || state === "offline") share.notInSync += 1;
      shares.set(broker, share);
    }
  }
  return [...shares.values()].sort((a, b) => a.broker - b.broker);
}
