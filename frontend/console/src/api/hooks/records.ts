import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";

import { paths } from "../../paths";
import type { Outcome } from "../../records/bulk";
import { parseWrittenJson } from "../../records/json";
import { fromRest } from "../../records/record";
import { scanPage, type Direction, type Scan, type ScanStart, type Slice } from "../../records/scan";
import { request, requestLines } from "../client";
import type { TopicRecordsBody } from "../recordTypes";
import type { DeletedRecordsBody, DeleteRecordsBody } from "../topicTypes";
import type { NewRecordBody, ProducedBody, RecordBody } from "../types";
import { forgetTopic } from "./topics";

/** Which records of a topic a page shows. */
export interface PageOrders {
  start: ScanStart;
  direction: Direction;
  /** None named means all. */
  partitions: readonly number[];
  /** CEL; empty for every record. */
  filter: string;
}

export const PAGE_SIZE = 100;

// A page is what is there now; the live page is the one that waits for records.
const NO_WAIT = "0";
// With a filter a slice may read much and find nothing; it answers in time for the eye.
const FILTER_SLICE_MS = "700";
const FILTER_SLICE_RECORDS = 500;
const VALUE_BYTES = "16384";

function queryOf({ partitions, filter }: PageOrders, slice: Slice): URLSearchParams {
  const query = new URLSearchParams(slice.start);
  query.set("direction", slice.direction);
  query.set("max_records", String(slice.maxRecords));
  query.set("timeout_ms", filter ? FILTER_SLICE_MS : NO_WAIT);
  query.set("max_value_bytes", VALUE_BYTES);
  if (partitions.length > 0) query.set("partitions", partitions.join(","));
  if (filter) query.set("filter", filter);
  return query;
}

/** One page of records. Its data grows while the scan goes on; `stop` ends it with what it has. */
export function useRecordPage(cluster: string, topic: string, orders: PageOrders) {
  const queries = useQueryClient();
  const stopper = useRef<AbortController | null>(null);
  const queryKey = ["records", cluster, topic, orders];
  const page = useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      const stop = (stopper.current = new AbortController());
      return scanPage({
        read: (slice, either) => {
          const path = paths.records(cluster, topic, queryOf(orders, slice));
          return request<TopicRecordsBody>("GET", path, {
            signal: either,
            parse: parseWrittenJson,
          });
        },
        start: orders.start,
        direction: orders.direction,
        size: PAGE_SIZE,
        sliceSize: orders.filter ? FILTER_SLICE_RECORDS : 1,
        onProgress: (scan) => {
          if (!signal.aborted) queries.setQueryData<Scan>(queryKey, scan);
        },
        stop: stop.signal,
        abandon: signal,
      });
    },
    // Going back and forth must show the same page; a new look at it is asked for by hand.
    staleTime: Infinity,
    gcTime: 30_000,
  });
  const stop = useCallback(() => stopper.current?.abort(), []);
  return { ...page, stop };
}

/** One record, whole. */
export function useRecord(
  cluster: string,
  topic: string,
  at: { partition: number; offset: string } | null,
) {
  return useQuery({
    queryKey: ["record", cluster, topic, at],
    enabled: at !== null,
    queryFn: async ({ signal }) => {
      const path = paths.record(cluster, topic, at!.partition, at!.offset);
      return fromRest(
        await request<RecordBody>("GET", path, { signal, parse: parseWrittenJson }),
      );
    },
    // A record never changes.
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

/** The record with its key and value as bytes: JSON that was read is no longer what was written. */
export function useRecordBytes(
  cluster: string,
  topic: string,
  at: { partition: number; offset: string },
) {
  const queries = useQueryClient();
  const { partition, offset } = at;
  return useCallback(
    () =>
      queries.fetchQuery({
        queryKey: ["record-bytes", cluster, topic, partition, offset],
        queryFn: async ({ signal }) => {
          const path = paths.recordBytes(cluster, topic, partition, offset);
          return fromRest(await request<RecordBody>("GET", path, { signal }));
        },
        staleTime: Infinity,
        gcTime: 60_000,
      }),
    [queries, cluster, topic, partition, offset],
  );
}

export function useProduce(cluster: string, topic: string) {
  return useMutation({
    mutationFn: (body: NewRecordBody) =>
      request<ProducedBody>("POST", paths.produce(cluster, topic), { body }),
  });
}

interface LineBody {
  error_code?: number;
  message?: string;
  partition_id: number;
  offset: number;
}

/** Writes a batch of records, each given as JSON, and has an outcome for each. */
export async function produceBatch(
  cluster: string,
  topic: string,
  records: string[],
): Promise<Outcome[]> {
  const answers = await requestLines<LineBody>(paths.produce(cluster, topic), records);
  return answers.map(({ error_code: code = 200, message, partition_id, offset }) =>
    code < 300 ? { partition_id, offset } : { problem: message ?? `Error ${code}.` },
  );
}

/** Deletes the records before an offset of each partition; or says how many these would be. */
export function useDeleteRecords(cluster: string, topic: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: DeleteRecordsBody) =>
      request<DeletedRecordsBody>("POST", paths.deleteRecords(cluster, topic), { body }),
    onSuccess: (_, { validate_only }) => {
      if (!validate_only) return forgetTopic(queries, topic);
    },
  });
}
