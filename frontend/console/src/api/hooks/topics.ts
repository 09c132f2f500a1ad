import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { TopicRowsBody } from "../topicTypes";
import type { ListBody, NewTopicBody, TopicBody } from "../types";

const topicsKey = (cluster: string) => ["topics", cluster] as const;
const rowsKey = (tenant?: string) => (tenant ? ["topic-list", tenant] : ["topic-list"]);
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

const MANY_TOPICS = 2_000;

/** The tenant's topics with their figures, which move; less often asked for when they are many. */
export function useTopicRows(tenant: string) {
  return useQuery({
    queryKey: rowsKey(tenant),
    queryFn: ({ signal }) => request<TopicRowsBody>("GET", paths.topicRows(tenant), { signal }),
    refetchInterval: ({ state }) =>
      (state.data?.data.length ?? 0) > MANY_TOPICS ? 15_000 : 3_000,
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
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: topicsKey(cluster) }),
        queries.invalidateQueries({ queryKey: rowsKey() }),
      ]),
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
      queries.setQueriesData<TopicRowsBody>({ queryKey: rowsKey() }, (known) =>
        known && { ...known, data: known.data.filter((topic) => topic.name !== name) },
      );
      return Promise.all([
        queries.invalidateQueries({ queryKey: topicsKey(cluster), exact: true }),
        queries.invalidateQueries({ queryKey: rowsKey() }),
      ]);
    },
  });
}

/** What is known of the topic is out of date, whatever it was read for. */
export function forgetTopic(queries: QueryClient, topic: string): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey }) => queryKey[0] === "topic-list" || queryKey.includes(topic),
  });
}
