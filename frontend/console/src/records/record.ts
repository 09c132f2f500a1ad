/** A record as the console holds it, whichever way it came. */

import type { CutData } from "../api/recordTypes";
import type { RecordBody } from "../api/types";
import { stringifyJson } from "./json";

export type Field = (
  | { kind: "text"; text: string }
  | { kind: "json"; value: unknown }
  | { kind: "bytes"; bytes: Uint8Array }
) & {
  /** Bytes of the whole field when this is only its beginning. */
  whole?: number;
};

export interface Header {
  name: string;
  /** Null and the empty value are different things in Kafka. */
  value: Field | null;
}

export interface StreamRecord {
  partition: number;
  /** Decimal digits: offsets are 64-bit, JavaScript's numbers are not. */
  offset: string;
  /** Milliseconds since 1970, null when the record carries none. */
  timestamp: number | null;
  key: Field | null;
  /** Null for a tombstone. */
  value: Field | null;
  headers: Header[];
  /** Bytes on the wire, null when the service did not say. */
  size: number | null;
}

/** Reads `{type, data}`; a type that is not known is shown as what it says in JSON. */
export function toField(typed: CutData | null | undefined): Field | null {
  if (!typed || (typed.data === null && typed.type.toLowerCase() !== "json")) return null;
  const field = toWholeField(typed);
  if (typed.truncated) field.whole = typed.size ?? fieldBytes(field).length;
  return field;
}

function toWholeField({ type, data }: CutData): Field {
  switch (type.toLowerCase()) {
    case "string":
      return { kind: "text", text: String(data) };
    case "binary":
    case "base64":
      return { kind: "bytes", bytes: fromBase64(String(data)) };
    default:
      return { kind: "json", value: data };
  }
}

export function fromRest(body: RecordBody): StreamRecord {
  return {
    partition: body.partition_id,
    offset: String(body.offset),
    timestamp: toTimestamp(body.timestamp),
    key: toField(body.key),
    value: toField(body.value),
    headers: (body.headers ?? []).map(({ name, value }) => ({
      name,
      value: value === null ? null : textOrBytes(fromBase64(value)),
    })),
    size: typeof body.size === "number" ? body.size : null,
  };
}

/** Whether key or value is only a beginning. */
export function isCut(record: StreamRecord): boolean {
  return record.key?.whole !== undefined || record.value?.whole !== undefined;
}

function toTimestamp(sent: number | string | null): number | null {
  if (sent === null) return null;
  const read = typeof sent === "number" ? sent : Date.parse(sent);
  return Number.isFinite(read) && read >= 0 ? read : null;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes that are UTF-8 are shown as text, all others as bytes. */
export function textOrBytes(bytes: Uint8Array): Field {
  try {
    return { kind: "text", text: strictUtf8.decode(bytes) };
  } catch {
    return { kind: "bytes", bytes };
  }
}

/** Decodes base64; text that is none comes back as its own UTF-8 bytes rather than being lost. */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return new TextEncoder().encode(text);
  }
}

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The field's bytes, as near as they are known: JSON is written anew, without spaces. */
export function fieldBytes(field: Field): Uint8Array {
  switch (field.kind) {
    case "bytes":
      return field.bytes;
    case "text":
      return new TextEncoder().encode(field.text);
    case "json":
      return new TextEncoder().encode(stringifyJson(field.value));
  }
}
