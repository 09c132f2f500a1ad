/** The quick filter over records that the page already has. */

import { hexText } from "./hex";
import { stringifyJson } from "./json";
import { fieldBytes, type Field, type StreamRecord } from "./record";

export type Matcher = (record: StreamRecord) => boolean;

/** Every word must occur, in any case, in key, value or a header. Null when there is no word. */
export function matcherFor(query: string): Matcher | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return (record) => {
    const text = searchText(record);
    return words.every((word) => text.includes(word));
  };
}

function searchText(record: StreamRecord): string {
  const parts = [fieldText(record.key), fieldText(record.value)];
  for (const header of record.headers) parts.push(header.name, fieldText(header.value));
  // A line break cannot be typed into the filter, so no word matches across two fields.
  return parts.join("\n").toLowerCase();
}

function fieldText(field: Field | null): string {
  if (field === null) return "";
  if (field.kind === "text") return field.text;
  if (field.kind === "json") return stringifyJson(field.value);
  return hexText(fieldBytes(field).subarray(0, 1024));
}
