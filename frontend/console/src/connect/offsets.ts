/** Offsets of a connector as people edit them. */

import type { OffsetBody } from "../api/hooks/connectors";
import { parseJson } from "../records/json";

/** What `text` says, or why it cannot be sent. */
export function offsetsFromJson(text: string): OffsetBody[] | string {
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    return error instanceof Error ? error.message : "This is not JSON.";
  }
  if (!Array.isArray(parsed)) return "Write a list of {partition, offset}.";
  if (parsed.length === 0) return "There is nothing to set; Reset forgets all of them.";
  for (const [index, each] of parsed.entries()) {
    const { partition, offset } = (each ?? {}) as Partial<OffsetBody>;
    if (!isObject(partition)) return `Element ${index + 1} has no partition that is an object.`;
    if (offset !== null && !isObject(offset)) {
      return `Element ${index + 1} has no offset that is an object or null.`;
    }
  }
  return parsed as OffsetBody[];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
