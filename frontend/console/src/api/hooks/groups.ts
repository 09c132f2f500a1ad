/** Consumer groups: who is in them, how far behind they are, resetting and deleting them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import type { ResetBody } from "../../groups/reset";
import { paths } from "../../paths";
import type { Answer, Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type GroupBody = Item<"/kafka/v3/clusters/{cluster_id}/consumer-groups">;
export type GroupTotalBody = Item<"/kafka/v3/clusters/{cluster_id}/consumer-groups:totals">;
export type GroupMemberBody =
  Item<"/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/consumers">;
export type LagBody =
  Item<"/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/lags">;
export type LagSummaryBody = Answer<
  "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/lag-summary",
  "get"
>;
export type ResetOffsetBody = Answer<
  "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/offsets:reset",
  "post"
>["data"][number];

const LIVE_MS = 2_000;
const SLOW_MS = 10_000;

export const groupsKey = (cluster: string) => ["groups", cluster] as const;
const groupKey = (cluster: string, name: string) => [...groupsKey(cluster), name] as const;

export function useGroups(cluster: string) {
  return useQuery({
    queryKey: groupsKey(cluster),
    queryFn: async ({ signal }) => {
      const { data } = await request<ListBody<GroupBody>>("GET", paths.groups(cluster), { signal });
      return data.toSorted((a, b) => (a.consumer_group_id < b.consumer_group_id ? -1 : 1));
    },
    refetchInterval: SLOW_MS,
  });
}

/** Members and lag of every group in one answer, by the group's name. */
export function useGroupTotals(cluster: string) {
  return useQuery({
    queryKey: [...groupsKey(cluster), "totals"],
    queryFn: async ({ signal }) => {
      const path = paths.groupTotals(cluster);
      const { data } = await request<ListBody<GroupTotalBody>>("GET", path, { signal });
      return new Map(data.map((total) => [total.consumer_group_id, total]));
    },
    refetchInterval: SLOW_MS,
    retry: false,
  });
}

export function useGroup(cluster: string, name: string) {
  return useQuery({
    queryKey: groupKey(cluster, name),
    queryFn: ({ signal }) => request<GroupBody>("GET", paths.group(cluster, name), { signal }),
    refetchInterval: LIVE_MS,
  });
}

export function useGroupMembers(cluster: string, name: string) {
  return useQuery({
    queryKey: [...groupKey(cluster, name), "members"],
    queryFn: async ({ signal }) => {
      const path = paths.groupMembers(cluster, name);
      return (await request<ListBody<GroupMemberBody>>("GET", path, { signal })).data;
    },
    refetchInterval: LIVE_MS,
  });
}

/** The group's lag by partition, in the order of topics and partitions. */
export function useLags(cluster: string, name: string) {
  return useQuery({
    queryKey: [...groupKey(cluster, name), "lags"],
    queryFn: async ({ signal }) => {
      const path = paths.lags(cluster, name);
      const { data } = await request<ListBody<LagBody>>("GET", path, { signal });
      return data.toSorted(
        (a, b) => a.topic_name.localeCompare(b.topic_name) || a.partition_id - b.partition_id,
      );
    },
    refetchInterval: LIVE_MS,
  });
}

/** One small question for a row of the list; rows out of view ask nothing. */
export function useLagSummary(cluster: string, name: string) {
  return useQuery({
    queryKey: [...groupKey(cluster, name), "lag-summary"],
    queryFn: ({ signal }) =>
      request<LagSummaryBody>("GET", paths.lagSummary(cluster, name), { signal }),
    refetchInterval: SLOW_MS,
    retry: false,
  });
}

export function useDeleteGroup(cluster: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<null>("DELETE", paths.group(cluster, name)),
    onSuccess: (_, name) => {
      queries.removeQueries({ queryKey: groupKey(cluster, name) });
      return queries.invalidateQueries({ queryKey: groupsKey(cluster), exact: true });
    },
  });
}

/** What a reset would do, or has done, by partition; `validate_only` in the body decides which. */
export function useResetOffsets(cluster: string, name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: ResetBody) => {
      const path = paths.resetOffsets(cluster, name);
      return (await request<ListBody<ResetOffsetBody>>("POST", path, { body })).data;
    },
    onSuccess: (_, { validate_only }) =>
      validate_only
        ? undefined
        : queries.invalidateQueries({ queryKey: groupKey(cluster, name), exact: false }),
  });
}
