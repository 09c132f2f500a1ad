/** The part of a topic page's address behind the question mark. */

import type { PageStart } from "../../api/hooks/records";
import type { TailStart } from "../../live/subscription";

export interface LiveSearch {
  from?: TailStart;
  /** Fields of JSON values that the rows show; all of them when there are none. */
  fields?: string[];
}

export function readLiveSearch({ from, fields }: Record<string, unknown>): LiveSearch {
  const search: LiveSearch = {};
  if (isTailStart(from)) search.from = from;
  if (Array.isArray(fields) && fields.every((name) => typeof name === "string")) {
    search.fields = fields;
  }
  return search;
}

function isTailStart(value: unknown): value is TailStart {
  if (typeof value !== "string") return false;
  return value === "earliest" || value === "latest" || /^end-\d{1,9}$/.test(value);
}

export interface RecordsSearch {
  partition?: number;
  at?: PageStart;
}

export function readRecordsSearch({ partition, at }: Record<string, unknown>): RecordsSearch {
  const search: RecordsSearch = {};
  if (isCount(partition)) search.partition = partition;
  if (at === "oldest" || at === "newest" || isCount(at)) search.at = at;
  return search;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
