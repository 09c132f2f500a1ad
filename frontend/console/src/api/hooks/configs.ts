import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { ConfigBody, ConfigChangeBody } from "../topicTypes";
import type { ListBody } from "../types";
import { forgetTopic } from "./topics";

/** A topic's configs in the order of their names, with their sources and documentation. */
export function useConfigs(cluster: string, topic: string) {
  return useQuery({
    queryKey: ["configs", cluster, topic],
    queryFn: async ({ signal }) => {
      const path = paths.configs(cluster, topic);
      const body = await request<ListBody<ConfigBody>>("GET", path, { signal });
      return body.data.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
  });
}

interface Change {
  data: ConfigChangeBody[];
  /** Asks whether the change would be accepted, and changes nothing. */
  validate_only: boolean;
}

/** Changes several configs at once, all or none; or asks whether that would be accepted. */
export function useAlterConfigs(cluster: string, topic: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) =>
      request<null>("POST", paths.alterConfigs(cluster, topic), { body }),
    onSuccess: (_, { validate_only }) => {
      if (!validate_only) return forgetTopic(queries, topic);
    },
  });
}
