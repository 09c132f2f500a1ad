/** The record of the filter's test box, as text that a person can change. */

import type { RecordBody } from "../../../api/types";
import { jsonEntry } from "../../../records/importFile";
import { jsonLine } from "../../../records/exchange";
import { parseJson, parseWrittenJson, stringifyJson } from "../../../records/json";
import type { StreamRecord } from "../../../records/record";

const EXAMPLE = {
  partition: 0,
  offset: 0,
  timestamp: 1767225600000,
  key: "eu-1",
  value: { amount: 120, note: "an example" },
  headers: [["source", "web"]],
};

export function sampleText(record: StreamRecord | null): string {
  if (record === null) return stringifyJson(EXAMPLE, 2);
  const { topic: _, ...line } = parseWrittenJson(jsonLine("", record)) as Record<string, unknown>;
  return stringifyJson(line, 2);
}

/** The text as the body of a record, or what is wrong with it. */
export function readSample(text: string): { record: RecordBody } | { problem: string } {
  const entry = jsonEntry(1, text, "records");
  if ("problem" in entry) return { problem: entry.problem };
  const { partition_id = 0, timestamp = null, key = null, value = null, headers = [] } = entry.record;
  const { offset } = parseJson(text) as { offset?: number };
  return { record: { partition_id, offset: offset ?? 0, timestamp, key, value, headers } };
}
