/** Sums over a group's lag by partition. Unknown figures stay unknown: they are never a zero. */

export interface PartitionLag {
  topic_name: string;
  partition_id: number;
  lag: number | null;
  lag_seconds?: number | null;
  consumer_id?: string | null;
}

export interface LagTotals {
  /** Records over all partitions whose lag is known; null when none is. */
  records: number | null;
  /** Seconds of the partition furthest behind. */
  seconds: number | null;
  partitions: number;
  /** Partitions that no member reads. */
  unowned: number;
  /** Partitions whose lag nobody knows: nothing committed, or no leader. */
  unknown: number;
}

export function totalLag(lags: PartitionLag[]): LagTotals {
  const totals: LagTotals = {
    records: null,
    seconds: null,
    partitions: lags.length,
    unowned: 0,
    unknown: 0,
  };
  for (const { lag, lag_seconds: seconds, consumer_id: consumer } of lags) {
    if (!consumer) totals.unowned += 1;
    if (lag === null) totals.unknown += 1;
    else totals.records = (totals.records ?? 0) + lag;
    if (seconds !== null && seconds !== undefined) {
      totals.seconds = Math.max(totals.seconds ?? 0, seconds);
    }
  }
  return totals;
}

/** What each member reads, as `topic [0, 2]`, by its id. */
export function assignmentsOf(lags: PartitionLag[]): Map<string, Map<string, number[]>> {
  const found = new Map<string, Map<string, number[]>>();
  for (const { consumer_id: consumer, topic_name: topic, partition_id: partition } of lags) {
    if (!consumer) continue;
    const topics = found.get(consumer) ?? new Map<string, number[]>();
    found.set(consumer, topics);
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  return found;
}
