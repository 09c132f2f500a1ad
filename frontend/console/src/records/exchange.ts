/**
 * Records as lines of a file, in the form that `headwater consume --json` prints too: text as text,
 * bytes that are no text as `{"base64": "…"}`. JSON objects and arrays stand as themselves, so that
 * tools can reach into them. What is written here, the produce page's file tab reads back.
 */

import { isJsonObject, stringifyJson } from "./json";
import { toBase64, type Field, type StreamRecord } from "./record";

export function jsonLine(topic: string, record: StreamRecord): string {
  const line = {
    topic,
    partition: record.partition,
    offset: exactNumber(record.offset),
    timestamp: record.timestamp ?? -1,
    key: plainField(record.key),
    value: plainField(record.value),
    headers: record.headers.map(({ name, value }) => [name, plainField(value)]),
  };
  return `${stringifyJson(line)}\n`;
}

function plainField(field: Field | null): unknown {
  if (field === null) return null;
  switch (field.kind) {
    case "text":
      return field.text;
    case "bytes":
      return { base64: toBase64(field.bytes) };
    case "json":
      return isPlainInJson(field.value) ? field.value : stringifyJson(field.value);
  }
}

/** Text, numbers and words would be taken for text on the way back, with other bytes. */
function isPlainInJson(value: unknown): boolean {
  return Array.isArray(value) || (isJsonObject(value) && !isBase64Object(value));
}

export function isBase64Object(value: unknown): value is { base64: string } {
  if (typeof value !== "object" || value === null) return false;
  const names = Object.keys(value);
  return (
    names.length === 1 &&
    names[0] === "base64" &&
    typeof (value as { base64: unknown }).base64 === "string"
  );
}

function exactNumber(digits: string): number | bigint {
  const near = Number(digits);
  return Number.isSafeInteger(near) ? near : BigInt(digits);
}

export const CSV_HEAD = "partition,offset,timestamp,key,value,headers\r\n";

export function csvLine(record: StreamRecord): string {
  const cells = [
    String(record.partition),
    record.offset,
    record.timestamp === null ? "" : new Date(record.timestamp).toISOString(),
    cellText(record.key),
    cellText(record.value),
    record.headers.map(({ name, value }) => `${name}=${cellText(value)}`).join("; "),
  ];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function cellText(field: Field | null): string {
  if (field === null) return "";
  if (field.kind === "text") return field.text;
  if (field.kind === "json") return stringifyJson(field.value);
  return toBase64(field.bytes);
}

const PLAIN_NUMBER = /^[-+]?\d+(\.\d+)?$/;

/**
 * One cell, quoted where RFC 4180 asks for it. Spreadsheets run cells that begin with `=`, `+`, `-`
 * or `@` as formulas, and a record is other people's text: these get an apostrophe in front.
 */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
