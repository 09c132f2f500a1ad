/** The part of a topic page's address behind the question mark. */

import type { TailStart } from "../../live/subscription";
import type { Direction } from "../../records/scan";
import { readPlace, type Place } from "./place";

export interface LiveSearch {
  from?: TailStart;
  /** Fields of JSON values that the rows show; all of them when there are none. */
  fields?: string[];
  /** Words that a shown record has. */
  find?: string;
  /** CEL that a record must match to be sent at all. */
  filter?: string;
}

export function readLiveSearch({ from, fields, find, filter }: Record<string, unknown>): LiveSearch {
  const search: LiveSearch = {};
  if (isTailStart(from)) search.from = from;
  if (Array.isArray(fields) && fields.every((name) => typeof name === "string")) {
    search.fields = fields;
  }
  if (typeof find === "string" && find !== "") search.find = find;
  if (typeof filter === "string" && filter !== "") search.filter = filter;
  return search;
}

function isTailStart(value: unknown): value is TailStart {
  if (typeof value !== "string") return false;
  return value === "earliest" || value === "latest" || /^end-\d{1,9}$/.test(value);
}

export interface RecordsSearch {
  /** Where the pages begin; without it at the newest records. */
  at?: Place;
  /** Partitions to read; all of them when there are none. */
  partitions?: number[];
  /** CEL that a record must match. */
  filter?: string;
  /** Where this page begins, when it is not the first, and which way it is read from there. */
  cursor?: string;
  way?: Direction;
  /** The record beside the list, `partition-offset`. */
  record?: RecordName;
}

export type RecordName = `${number}-${string}`;

const CURSOR_CHARACTERS_MAX = 8_192;

export function readRecordsSearch(from: Record<string, unknown>): RecordsSearch {
  const search: RecordsSearch = {};
  const at = readPlace(from.at);
  if (at) search.at = at;
  if (Array.isArray(from.partitions) && from.partitions.every(isCount)) {
    search.partitions = from.partitions;
  }
  if (typeof from.filter === "string" && from.filter !== "") search.filter = from.filter;
  const { cursor, way, record } = from;
  if (typeof cursor === "string" && cursor !== "" && cursor.length <= CURSOR_CHARACTERS_MAX) {
    search.cursor = cursor;
    search.way = way === "backward" ? "backward" : "forward";
  }
  if (isRecordName(record)) search.record = record;
  return search;
}

function isRecordName(value: unknown): value is RecordName {
  return typeof value === "string" && /^\d{1,10}-\d{1,19}$/.test(value);
}

export function readRecordName(name: RecordName): { partition: number; offset: string } {
  const at = name.indexOf("-");
  return { partition: Number(name.slice(0, at)), offset: name.slice(at + 1) };
}

export interface ProduceSearch {
  /** A record to fill the form with. */
  again?: RecordName;
  /** What is sent: one record by hand, or a file of them. */
  from?: "file";
}

export function readProduceSearch({ again, from }: Record<string, unknown>): ProduceSearch {
  const search: ProduceSearch = {};
  if (isRecordName(again)) search.again = again;
  if (from === "file") search.from = "file";
  return search;
}

export interface ConfigsSearch {
  /** Words that name or documentation must have. */
  find?: string;
  /** The config that is open. */
  config?: string;
}

export function readConfigsSearch({ find, config }: Record<string, unknown>): ConfigsSearch {
  const search: ConfigsSearch = {};
  if (typeof find === "string" && find !== "") search.find = find;
  if (typeof config === "string" && config !== "") search.config = config;
  return search;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
