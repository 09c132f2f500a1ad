/** From the lines of a file to the bodies of produce requests. Pure; the file is read elsewhere. */

import type { NewRecordBody, TypedData } from "../api/types";
import { isBase64Object } from "./exchange";
import { isJsonObject, parseWrittenJson, WrittenNumber } from "./json";
import { toBase64 } from "./record";

export type FileFormat = "jsonl" | "csv";

/** A record of the file, or why this line is none. `line` counts from 1. */
export type FileEntry =
  | { line: number; record: NewRecordBody }
  | { line: number; problem: string };

const RECORD_FIELDS = new Set([
  "topic",
  "partition",
  "partition_id",
  "offset",
  "timestamp",
  "key",
  "value",
  "headers",
]);

/** What the file is taken for by its name and first line. */
export function guessFormat(name: string, firstLine: string): FileFormat {
  if (/\.(csv|tsv)$/i.test(name)) return "csv";
  if (/\.(jsonl|ndjson|json)$/i.test(name)) return "jsonl";
  return /^\s*[[{"]/.test(firstLine) ? "jsonl" : "csv";
}

/** What a line of JSON is: a whole record, or a value without a key. */
export type LineMeaning = "records" | "values";

/** A line with a value and a key or headers describes a record; nothing less is certain enough. */
export function guessMeaning(firstLine: string): LineMeaning {
  try {
    const read = parseWrittenJson(firstLine);
    return isJsonObject(read) && "value" in read && ("key" in read || "headers" in read)
      ? "records"
      : "values";
  } catch {
    return "values";
  }
}

/**
 * One line of JSON: a value, or a record with `key`, `value`, `headers`, `partition` and
 * `timestamp`, as the console's download has it.
 */
export function jsonEntry(line: number, text: string, meaning: LineMeaning): FileEntry {
  try {
    const read = parseWrittenJson(text);
    const record: NewRecordBody =
      meaning === "records" ? recordOf(read) : { value: { type: "JSON", data: read } };
    return { line, record };
  } catch (error) {
    const { message } = error as Error;
    return {
      line,
      problem: error instanceof SyntaxError ? `This is not JSON: ${message}.` : message,
    };
  }
}

function recordOf(read: unknown): NewRecordBody {
  if (!isJsonObject(read)) return fail("A record must be an object with key, value and headers.");
  const unknown = Object.keys(read).find((name) => !RECORD_FIELDS.has(name));
  if (unknown !== undefined) {
    fail(`“${unknown.slice(0, 40)}” is no part of a record: key, value, headers, partition, timestamp.`);
  }
  const body: NewRecordBody = {};
  const partition = read.partition_id ?? read.partition;
  if (partition !== undefined && partition !== null) body.partition_id = wholeNumber(partition);
  const timestamp = counted(read.timestamp);
  if (isTime(timestamp)) body.timestamp = timestamp;
  const key = typedField(read.key);
  const value = typedField(read.value);
  if (key) body.key = key;
  if (value) body.value = value;
  const headers = headerList(read.headers);
  if (headers.length > 0) body.headers = headers;
  return body;
}

/** A number that is to be counted with, however it was written. */
function counted(value: unknown): unknown {
  return value instanceof WrittenNumber ? Number(value.text) : value;
}

function isTime(value: unknown): value is number | string {
  return (typeof value === "number" && value >= 0) || (typeof value === "string" && value !== "");
}

function wholeNumber(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : counted(value);
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) {
    return fail("The partition must be a whole number, 0 or greater.");
  }
  return number;
}

/** Text as text, `{"base64": …}` as bytes, `{"type", "data"}` as the service has it, else JSON. */
function typedField(value: unknown): TypedData | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return { type: "STRING", data: value };
  if (isBase64Object(value)) return { type: "BINARY", data: value.base64 };
  if (isTyped(value)) return value;
  return { type: "JSON", data: value };
}

function isTyped(value: unknown): value is TypedData {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  const { type } = value as { type?: unknown };
  return "data" in value && (type === "STRING" || type === "JSON" || type === "BINARY");
}

function headerList(headers: unknown): { name: string; value: string | null }[] {
  if (headers === undefined || headers === null) return [];
  const pairs: unknown[] = Array.isArray(headers)
    ? headers
    : typeof headers === "object"
      ? Object.entries(headers)
      : fail("headers must be a list of [name, value], or an object.");
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || typeof pair[0] !== "string") {
      return fail("Each header must be [name, value].");
    }
    return { name: pair[0], value: headerValue(pair[1]) };
  });
}

function headerValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (isBase64Object(value)) return value.base64;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return toBase64(new TextEncoder().encode(text));
}

function fail(message: string): never {
  throw new Error(message);
}

/** What the columns of a CSV file mean. */
export interface CsvColumns {
  names: string[];
  /** With a `value` column the others are parts of the record; without, all make up the value. */
  hasValue: boolean;
}

export function csvColumns(cells: string[]): CsvColumns {
  const names = cells.map((cell) => cell.trim());
  return { names, hasValue: names.includes("value") };
}

/** One row: `key`, `value`, `partition`, `timestamp`, `header.NAME`; else an object of the columns. */
export function csvEntry(
  line: number,
  columns: CsvColumns,
  cells: string[],
  keyColumn: string | null,
): FileEntry {
  const { names, hasValue } = columns;
  if (cells.length !== names.length) {
    const problem = `The row has ${cells.length} cells, the heading ${names.length}.`;
    return { line, problem };
  }
  const cell = (name: string) => cells[names.indexOf(name)];
  if (!hasValue) {
    const record: NewRecordBody = {
      value: { type: "JSON", data: Object.fromEntries(names.map((name, at) => [name, cells[at]])) },
    };
    const key = keyColumn === null ? undefined : cell(keyColumn);
    if (key !== undefined) record.key = { type: "STRING", data: key };
    return { line, record };
  }
  const record: NewRecordBody = { value: textOrJson(cell("value") ?? "") };
  const key = cell("key");
  if (key) record.key = { type: "STRING", data: key };
  const partition = cell("partition");
  if (partition) {
    if (!/^\d{1,10}$/.test(partition)) {
      return { line, problem: `“${partition.slice(0, 40)}” is no partition.` };
    }
    record.partition_id = Number(partition);
  }
  const timestamp = cell("timestamp");
  if (timestamp) record.timestamp = /^\d+$/.test(timestamp) ? Number(timestamp) : timestamp;
  const headers = names.flatMap((name, at) =>
    name.startsWith("header.") ? [{ name: name.slice(7), value: headerValue(cells[at]) }] : [],
  );
  if (headers.length > 0) record.headers = headers;
  return { line, record };
}

/** An object or array keeps its form on the way; everything else is the text that it is. */
function textOrJson(text: string): TypedData {
  if (/^\s*[[{]/.test(text)) {
    try {
      return { type: "JSON", data: parseWrittenJson(text) };
    } catch {
      // It only looked like JSON.
    }
  }
  return { type: "STRING", data: text };
}

/** Splits CSV into rows, piece by piece: a row may run over several pieces of the file. */
export class CsvSplitter {
  private cells: string[] = [];
  private cell = "";
  private quoted = false;
  /** A quote inside a quoted cell is its end, or the first of two. */
  private closing = false;
  private line = 1;
  private rowLine = 1;

  constructor(private readonly separator: "," | "\t" | ";") {}

  /** The rows that `text` completes, each with the line that it begins on. */
  *feed(text: string): Generator<{ line: number; cells: string[] }> {
    for (const character of text) {
      if (character === "\n") this.line += 1;
      if (this.closing) {
        this.closing = false;
        if (character === '"') {
          this.cell += '"';
          continue;
        }
        this.quoted = false;
      }
      if (this.quoted) {
        if (character === '"') this.closing = true;
        else this.cell += character;
      } else if (character === '"' && this.cell === "") {
        this.quoted = true;
      } else if (character === this.separator) {
        this.cells.push(this.cell);
        this.cell = "";
      } else if (character === "\n") {
        const row = this.row();
        if (row) yield row;
      } else if (character !== "\r") {
        this.cell += character;
      }
    }
  }

  /** The last row, when the file does not end with a line break. */
  *finish(): Generator<{ line: number; cells: string[] }> {
    const row = this.row();
    if (row) yield row;
  }

  private row(): { line: number; cells: string[] } | null {
    const row = { line: this.rowLine, cells: [...this.cells, this.cell] };
    this.cells = [];
    this.cell = "";
    this.quoted = false;
    this.rowLine = this.line;
    return row.cells.length === 1 && row.cells[0] === "" ? null : row;
  }
}
