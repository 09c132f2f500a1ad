import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { ListBody, NewTopicBody, TopicBody } from "../types";

const topicsKey = (cluster: string) => ["topics", cluster] as const;
export const topicKey = (cluster: string, name: string) => [...topicsKey(cluster), name] as const;

/** The tenant's topics in the order of their names. */
export function useTopics(cluster: string) {
  return useQuery({
    queryKey: topicsKey(cluster),
    queryFn: async ({ signal }) => {
      const body = await request<ListBody<TopicBody>>("GET", paths.topics(cluster), { signal });
      return body.data.toSorted((a, b) => (a.topic_name < b.topic_name ? -1 : 1));
    },
  });
}

export function useTopic(cluster: string, name: string) {
  return useQuery({
    queryKey: topicKey(cluster, name),
    queryFn: ({ signal }) => request<TopicBody>("GET", paths.topic(cluster, name), { signal }),
  });
}

export function useCreateTopic(cluster: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewTopicBody) => request<TopicBody>("POST", paths.topics(cluster), { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: topicsKey(cluster) }),
  });
}

export function useDeleteTopic(cluster: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<null>("DELETE", paths.topic(cluster, name)),
    onSuccess: (_, name) => {
      queries.setQueryData<TopicBody[]>(topicsKey(cluster), (known) =>
        known?.filter((topic) => topic.topic_name !== name),
      );
      return queries.invalidateQueries({ queryKey: topicsKey(cluster), exact: true });
    },
  });
}
