/** The part of the topic list's address behind the question mark. */

import type { TopicRowBody } from "../api/topicTypes";

export interface TopicsSearch {
  /** Letters that the name must have. */
  find?: string;
  /** Column that sorts, with a minus in front for the largest first. */
  sort?: string;
  /** Only topics whose replicas need somebody's attention. */
  ailing?: true;
}

const COLUMNS = new Set(["name", "rate", "records", "size", "retention", "partitions"]);

export function readTopicsSearch({ find, sort, ailing }: Record<string, unknown>): TopicsSearch {
  const search: TopicsSearch = {};
  if (typeof find === "string" && find !== "") search.find = find;
  if (typeof sort === "string" && COLUMNS.has(sort.replace(/^-/, ""))) search.sort = sort;
  if (ailing === true) search.ailing = true;
  return search;
}

export function isAiling({ offline, under_replicated }: TopicRowBody): boolean {
  return offline > 0 || under_replicated > 0;
}

/** The topics whose names have every word, in any case, in the order they came in. */
export function matchingTopics(
  topics: TopicRowBody[],
  find: string,
  onlyAiling: boolean,
): TopicRowBody[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return topics.filter((topic) => {
    if (onlyAiling && !isAiling(topic)) return false;
    const name = topic.name.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}
