import { useMutation, useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import { fromRest, type StreamRecord } from "../../records/record";
import { request } from "../client";
import type { NewRecordBody, ProducedBody, RecordsBody } from "../types";

/** Where a page of records begins: an offset, or the oldest or newest records there are. */
export type PageStart = "oldest" | "newest" | number;

export interface RecordPage {
  records: StreamRecord[];
  /** Stretches of the page that could not be decoded, and why. */
  unreadable: RecordsBody["unreadable"];
  /** Offset that the page begins at. */
  start: number;
  /** Offset that the next page begins at. */
  next: number;
  logStart: number;
  highWatermark: number;
}

// A page is what is there now; the live page is the one that waits for records.
const NO_WAIT = "0";

async function readPage(
  partition: { cluster: string; topic: string; id: number },
  offset: number | "earliest" | "latest",
  size: number,
  signal: AbortSignal,
): Promise<RecordPage> {
  const query = new URLSearchParams({
    offset: String(offset),
    max_records: String(size),
    timeout_ms: NO_WAIT,
  });
  const path = paths.records(partition.cluster, partition.topic, partition.id, query);
  const body = await request<RecordsBody>("GET", path, { signal });
  const logStart = Number(body.log_start_offset);
  const highWatermark = Number(body.high_watermark);
  const named = offset === "latest" ? highWatermark : logStart;
  return {
    records: body.data.map(fromRest),
    unreadable: body.unreadable ?? [],
    start: typeof offset === "number" ? offset : named,
    next: Number(body.next_offset),
    logStart,
    highWatermark,
  };
}

export function useRecords(
  cluster: string,
  topic: string,
  partition: number,
  start: PageStart,
  size: number,
) {
  return useQuery({
    queryKey: ["records", cluster, topic, partition, start, size],
    queryFn: async ({ signal }) => {
      const read = (offset: Parameters<typeof readPage>[1], count: number) =>
        readPage({ cluster, topic, id: partition }, offset, count, signal);
      if (typeof start === "number") return read(start, size);
      if (start === "oldest") return read("earliest", size);
      const end = await read("latest", 1);
      return read(Math.max(end.logStart, end.highWatermark - size), size);
    },
    // Going back and forth must show the same page; a new look at it is asked for by hand.
    staleTime: Infinity,
    gcTime: 30_000,
  });
}

export function useProduce(cluster: string, topic: string) {
  return useMutation({
    mutationFn: (body: NewRecordBody) =>
      request<ProducedBody>("POST", paths.produce(cluster, topic), { body }),
  });
}
