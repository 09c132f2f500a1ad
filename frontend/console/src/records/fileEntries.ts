/** Reads a file piece by piece, so that its size does not matter, and gives its records. */

import {
  csvColumns,
  csvEntry,
  CsvSplitter,
  guessFormat,
  guessMeaning,
  jsonEntry,
  type CsvColumns,
  type FileEntry,
  type FileFormat,
  type LineMeaning,
} from "./importFile";

/** How a file is read. */
export interface FileReading {
  format: FileFormat;
  /** For lines of JSON. */
  meaning: LineMeaning;
  /** For CSV without a `value` column: the column that becomes the key. */
  keyColumn: string | null;
}

export type ReadEntry = FileEntry & {
  /** Bytes of the file that were read by then. */
  bytes: number;
};

// A longer line is no record that a broker would take, and would only fill the page's memory.
const LINE_CHARACTERS_MAX = 16 * 1024 * 1024;

/** @throws Error when the file cannot be read any more, or has a line that is far too long. */
export async function* fileEntries(file: Blob, reading: FileReading): AsyncGenerator<ReadEntry> {
  const read = { bytes: 0 };
  const entries =
    reading.format === "csv"
      ? csvEntries(textOf(file, read), reading.keyColumn)
      : jsonEntries(textOf(file, read), reading.meaning);
  for await (const entry of entries) yield { ...entry, bytes: read.bytes };
}

async function* textOf(file: Blob, read: { bytes: number }): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      read.bytes += value.length;
      yield decoder.decode(value, { stream: true });
    }
    yield decoder.decode();
  } finally {
    void reader.cancel();
  }
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LINE_CHARACTERS_MAX) throw new Error("A line is longer than 16 MiB.");
    yield* lines;
  }
  yield rest;
}

async function* jsonEntries(
  pieces: AsyncIterable<string>,
  meaning: LineMeaning,
): AsyncGenerator<FileEntry> {
  let number = 0;
  for await (const line of linesOf(pieces)) {
    number += 1;
    const text = line.trim();
    if (text !== "") yield jsonEntry(number, text, meaning);
  }
}

async function* csvEntries(
  pieces: AsyncIterable<string>,
  keyColumn: string | null,
): AsyncGenerator<FileEntry> {
  let columns: CsvColumns | null = null;
  for await (const { line, cells } of csvRows(pieces)) {
    if (columns === null) columns = csvColumns(cells);
    else yield csvEntry(line, columns, cells, keyColumn);
  }
}

async function* csvRows(pieces: AsyncIterable<string>) {
  let splitter: CsvSplitter | null = null;
  for await (const piece of pieces) {
    if (piece === "") continue;
    splitter ??= new CsvSplitter(separatorOf(piece));
    yield* splitter.feed(piece);
  }
  if (splitter) yield* splitter.finish();
}

function separatorOf(text: string): "," | "\t" | ";" {
  const head = text.slice(0, text.indexOf("\n") + 1 || text.length);
  if (head.includes("\t")) return "\t";
  return head.includes(";") && !head.includes(",") ? ";" : ",";
}

/** What a look at the file's beginning says about it. */
export interface FileGlance {
  reading: FileReading;
  /** Names of the columns, for CSV. */
  columns: string[];
}

const GLANCE_BYTES = 64 * 1024;

export async function glanceAt(file: File): Promise<FileGlance> {
  const beginning = await file.slice(0, GLANCE_BYTES).text();
  const firstLine = beginning.trimStart().split("\n", 1)[0] ?? "";
  const format = guessFormat(file.name, firstLine);
  const [head] = format === "csv" ? new CsvSplitter(separatorOf(beginning)).feed(`${beginning}\n`) : [];
  return {
    reading: { format, meaning: guessMeaning(firstLine), keyColumn: null },
    columns: head ? csvColumns(head.cells).names : [],
  };
}
