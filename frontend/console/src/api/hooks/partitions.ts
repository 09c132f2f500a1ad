import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { PartitionStateBody } from "../topicTypes";
import { request } from "../client";
import type { ListBody, TopicBody } from "../types";
import { forgetTopic } from "./topics";

/** Where a topic's partitions are and how far they have come; asked for again while it is shown. */
export function usePartitionStates(tenant: string, topic: string) {
  return useQuery({
    queryKey: ["partitions", tenant, topic],
    queryFn: async ({ signal }) => {
      const path = paths.partitionStates(tenant, topic);
      const body = await request<ListBody<PartitionStateBody>>("GET", path, { signal });
      return body.data.toSorted((a, b) => a.partition - b.partition);
    },
    refetchInterval: 2_000,
  });
}

/** Adds partitions until there are `count`; there is no way back. */
export function useGrowTopic(cluster: string, topic: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (count: number) =>
      request<TopicBody>("PATCH", paths.topic(cluster, topic), {
        body: { partitions_count: count },
      }),
    onSuccess: () => forgetTopic(queries, topic),
  });
}
