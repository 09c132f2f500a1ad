/** Fills one page of records, slice by slice, however rare the records are that a filter lets by. */

import type { TopicRecordsBody, UnreadableBody } from "../api/recordTypes";
import { fromRest, type StreamRecord } from "./record";

export type Direction = "forward" | "backward";

/** Where a scan begins: a named place, or a cursor of an earlier answer. */
export type ScanStart = { from: string } | { cursor: string };

export interface Slice {
  start: ScanStart;
  direction: Direction;
  maxRecords: number;
}

/** Asks for one slice. Short enough that a page which finds nothing still shows that it works. */
export type ReadSlice = (slice: Slice, signal: AbortSignal) => Promise<TopicRecordsBody>;

export type ScanState = "scanning" | "full" | "at-end" | "stopped";

export interface Scan {
  state: ScanState;
  /** In the order in which they were read. */
  records: StreamRecord[];
  unreadable: UnreadableBody[];
  scannedRecords: number;
  scannedBytes: number;
  /** Records on which the filter failed, and why it did on the first; they are not shown. */
  failed: number;
  failure: string | null;
  /** Where reading on in this direction begins; null when the service named none. */
  next: string | null;
  /** Where this page began; null when the service named none. */
  previous: string | null;
  partitions: { id: number; start: number; end: number }[];
}

const NOTHING: Scan = {
  state: "scanning",
  records: [],
  unreadable: [],
  scannedRecords: 0,
  scannedBytes: 0,
  failed: 0,
  failure: null,
  next: null,
  previous: null,
  partitions: [],
};

export interface ScanOrders {
  read: ReadSlice;
  start: ScanStart;
  direction: Direction;
  /** Records of a full page; it may hold up to `sliceSize` more. */
  size: number;
  /** Matches that one slice may bring at the least: the more, the further the service reads on. */
  sliceSize: number;
  /** Hears of every slice but the last. */
  onProgress: (scan: Scan) => void;
  /** Ends the scan with what it has, which is no error. */
  stop: AbortSignal;
  /** Gives the scan up; it then rejects. */
  abandon: AbortSignal;
}

/** @throws ApiError when the service refuses a slice, AbortError when it was abandoned. */
export async function scanPage(orders: ScanOrders): Promise<Scan> {
  const either = AbortSignal.any([orders.stop, orders.abandon]);
  let scan = NOTHING;
  let start = orders.start;
  for (;;) {
    let answer: TopicRecordsBody;
    try {
      const maxRecords = Math.max(orders.sliceSize, orders.size - scan.records.length);
      answer = await orders.read({ start, direction: orders.direction, maxRecords }, either);
    } catch (error) {
      if (orders.stop.aborted && !orders.abandon.aborted) return { ...scan, state: "stopped" };
      throw error;
    }
    scan = withSlice(scan, answer, orders.size);
    if (scan.state !== "scanning") return scan;
    // An answer that neither ends nor goes on would be asked for without an end.
    if (scan.next === null || ("cursor" in start && start.cursor === scan.next)) {
      return { ...scan, state: "at-end" };
    }
    start = { cursor: scan.next };
    orders.onProgress(scan);
  }
}

function withSlice(scan: Scan, answer: TopicRecordsBody, size: number): Scan {
  const records = [...scan.records, ...answer.data.map(fromRest)];
  let state: ScanState = "scanning";
  if (answer.at_end) state = "at-end";
  else if (records.length >= size) state = "full";
  return {
    state,
    records,
    unreadable: [...scan.unreadable, ...(answer.unreadable ?? [])],
    scannedRecords: scan.scannedRecords + (answer.progress?.scanned_records ?? answer.data.length),
    scannedBytes: scan.scannedBytes + (answer.progress?.scanned_bytes ?? 0),
    failed: scan.failed + (answer.progress?.filter_failures ?? 0),
    failure: scan.failure ?? answer.progress?.filter_failure ?? null,
    next: answer.next_cursor,
    previous: scan.previous ?? answer.previous_cursor,
    partitions: answer.partitions.map((partition) => ({
      id: partition.partition_id,
      start: Number(partition.log_start_offset),
      end: Number(partition.high_watermark),
    })),
  };
}
