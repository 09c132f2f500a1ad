/** The part of the usage page's address behind the question mark. */

import { SPANS } from "../../usage/series";

export interface UsageSearch {
  span?: string;
  by?: "topic" | "principal";
}

export function readUsageSearch({ span, by }: Record<string, unknown>): UsageSearch {
  const search: UsageSearch = {};
  if (SPANS.some(({ value }) => value === span)) search.span = span as string;
  if (by === "principal") search.by = by;
  return search;
}
