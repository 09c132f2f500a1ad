import { useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { ListBody, PartitionBody } from "../types";

export function usePartitions(cluster: string, topic: string) {
  return useQuery({
    queryKey: ["partitions", cluster, topic],
    queryFn: async ({ signal }) => {
      const path = paths.partitions(cluster, topic);
      const body = await request<ListBody<PartitionBody>>("GET", path, { signal });
      return body.data.toSorted((a, b) => a.partition_id - b.partition_id);
    },
    refetchInterval: 10_000,
  });
}
