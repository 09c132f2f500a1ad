/** From the produce form's words to the request's body. */

import type { NewRecordBody, TypedData } from "../../../api/types";
import { parseWrittenJson, stringifyJson } from "../../../records/json";
import { toBase64, type Field, type StreamRecord } from "../../../records/record";
import { fromLocalTime } from "../localTime";

export type Format = "none" | "text" | "json" | "base64";

export interface RecordForm {
  partition: string;
  keyFormat: Format;
  key: string;
  valueFormat: Format;
  value: string;
  headers: HeaderForm[];
  /** Text of a field for a local time; empty for the time of the request. */
  timestamp: string;
}

export interface HeaderForm {
  name: string;
  value: string;
  format: "text" | "base64" | "none";
}

export const EMPTY_FORM: RecordForm = {
  partition: "",
  keyFormat: "text",
  key: "",
  valueFormat: "json",
  value: "",
  headers: [],
  timestamp: "",
};

/** Null when the words fit the format, else what is wrong with them. */
export function problemOf(format: Format, words: string): string | null {
  switch (format) {
    case "json":
      try {
        parseWrittenJson(words);
        return null;
      } catch (error) {
        return `This is not JSON: ${(error as Error).message}.`;
      }
    case "base64":
      return isBase64(words) ? null : "This is not base64.";
    default:
      return null;
  }
}

/** @throws SyntaxError when `problemOf` has something to say about key or value. */
export function newRecord(form: RecordForm): NewRecordBody {
  const body: NewRecordBody = {};
  if (form.partition !== "") body.partition_id = Number(form.partition);
  const key = typed(form.keyFormat, form.key);
  const value = typed(form.valueFormat, form.value);
  if (key) body.key = key;
  if (value) body.value = value;
  const at = form.timestamp === "" ? null : fromLocalTime(form.timestamp);
  if (at !== null) body.timestamp = at;
  if (form.headers.length > 0) {
    const encoder = new TextEncoder();
    body.headers = form.headers.map(({ name, value: words, format }) => ({
      name,
      value: headerValue(words, format, encoder),
    }));
  }
  return body;
}

function headerValue(
  words: string,
  format: HeaderForm["format"],
  encoder: TextEncoder,
): string | null {
  if (format === "none") return null;
  return format === "base64" ? words.trim() : toBase64(encoder.encode(words));
}

/**
 * The form that makes this record once more. The partition is named: that is where it was. The time
 * is not: it happens again.
 */
export function formOf(record: StreamRecord): RecordForm {
  const [keyFormat, key] = words(record.key);
  const [valueFormat, value] = words(record.value);
  return {
    partition: String(record.partition),
    keyFormat,
    key,
    valueFormat,
    value,
    headers: record.headers.map(({ name, value: field }) => {
      const [format, text] = words(field);
      // A header has no JSON form of its own; its text is what its bytes are.
      return { name, value: text, format: format === "json" ? "text" : format };
    }),
    timestamp: "",
  };
}

function words(field: Field | null): [Format, string] {
  switch (field?.kind) {
    case undefined:
      return ["none", ""];
    case "text":
      return ["text", field.text];
    case "json":
      return ["json", stringifyJson(field.value, 2)];
    case "bytes":
      return ["base64", toBase64(field.bytes)];
  }
}

function typed(format: Format, words: string): TypedData | null {
  switch (format) {
    case "none":
      return null;
    case "text":
      return { type: "STRING", data: words };
    case "json":
      return { type: "JSON", data: parseWrittenJson(words) };
    case "base64":
      return { type: "BINARY", data: words.trim() };
  }
}

function isBase64(words: string): boolean {
  try {
    atob(words.trim());
    return true;
  } catch {
    return false;
  }
}
