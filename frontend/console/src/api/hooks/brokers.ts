/** The cell's brokers and what moves between them; only operators are told. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export interface CellBrokerBody {
  id: number;
  host: string;
  port: number;
  rack: string | null;
  state: "running" | "fenced";
  draining: boolean;
  volume: string | null;
  disk_bytes: number | null;
  disk_free_bytes: number | null;
  lacks_room: boolean;
  leaders: number;
  replicas: number;
  under_replicated: number;
  bytes_in_per_s: number | null;
  bytes_out_per_s: number | null;
  heartbeat_at: string | null;
}

export type ReassignmentBody = Item<"/api/v1/cell/reassignments">;

const BROKERS_KEY = ["cell", "brokers"] as const;
const LIVE_MS = 2_000;

export function useBrokers(enabled: boolean) {
  return useQuery({
    queryKey: BROKERS_KEY,
    queryFn: async ({ signal }) =>
      (await request<ListBody<CellBrokerBody>>("GET", paths.brokers, { signal })).data,
    refetchInterval: LIVE_MS,
    enabled,
  });
}

export function useReassignments(enabled: boolean) {
  return useQuery({
    queryKey: ["cell", "reassignments"],
    queryFn: async ({ signal }) =>
      (await request<ListBody<ReassignmentBody>>("GET", paths.reassignments, { signal })).data,
    refetchInterval: LIVE_MS,
    enabled,
  });
}

export interface DrainBody {
  /** Partitions that have a replica to move. */
  moving: number;
  begun: number;
  /** Partitions that no other broker can take yet, as `tenant/topic-0`. */
  stuck: string[];
}

/** What draining would move; nothing happens. */
export function useDrainPreview(id: number) {
  return useQuery({
    queryKey: ["cell", "drain-preview", id],
    queryFn: () => request<DrainBody>("POST", paths.drain(id), { body: { validate_only: true } }),
    retry: false,
  });
}

export function useCancelReassignment() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ tenant, topic, partition }: ReassignmentBody) =>
      request<null>("DELETE", paths.reassignment(tenant, topic, partition)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["cell", "reassignments"] }),
  });
}

export type BrokerVerb = "drain" | "undrain" | "remove";

export function useBrokerVerb() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, verb }: { id: number; verb: BrokerVerb }) =>
      verb === "remove"
        ? request<null>("DELETE", paths.broker(id))
        : request<unknown>("POST", paths[verb](id), { body: {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["cell"] }),
  });
}
