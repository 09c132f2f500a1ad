/** From the produce form's words to the request's body. */

import type { NewRecordBody, TypedData } from "../../api/types";
import { parseJson } from "../../records/json";
import { toBase64 } from "../../records/record";

export type Format = "none" | "text" | "json" | "base64";

export interface RecordForm {
  partition: string;
  keyFormat: Format;
  key: string;
  valueFormat: Format;
  value: string;
  headers: { name: string; value: string }[];
}

export const EMPTY_FORM: RecordForm = {
  partition: "",
  keyFormat: "text",
  key: "",
  valueFormat: "json",
  value: "",
  headers: [],
};

/** Null when the words fit the format, else what is wrong with them. */
export function problemOf(format: Format, words: string): string | null {
  switch (format) {
    case "json":
      try {
        parseJson(words);
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
  if (form.headers.length > 0) {
    const encoder = new TextEncoder();
    body.headers = form.headers.map(({ name, value: words }) => ({
      name,
      value: toBase64(encoder.encode(words)),
    }));
  }
  return body;
}

function typed(format: Format, words: string): TypedData | null {
  switch (format) {
    case "none":
      return null;
    case "text":
      return { type: "STRING", data: words };
    case "json":
      return { type: "JSON", data: parseJson(words) };
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
