import { describe, expect, it, vi } from "vitest";

import { ApiError } from "../api/client";
import { NO_PROGRESS, sendAll, UncertainBatch, type BulkProgress, type SendBatch } from "./bulk";
import { fileEntries, glanceAt, type FileReading } from "./fileEntries";

const VALUES: FileReading = { format: "jsonl", meaning: "values", keyColumn: null };

const numbers = (count: number) =>
  new Blob([Array.from({ length: count }, (_, index) => `${index}\n`).join("")]);

const taking: SendBatch = async (records) =>
  records.map((_, offset) => ({ partition_id: 0, offset }));

async function run(file: Blob, send: SendBatch, startLine = 1, stop = new AbortController()) {
  const heard: BulkProgress[] = [];
  const done = sendAll(
    fileEntries(file, VALUES),
    send,
    startLine,
    (progress) => {
      heard.push(progress);
      if (progress.written >= 1_000 && startLine === 7) stop.abort();
    },
    stop.signal,
  );
  const error = await done.then(
    () => null,
    (reason: unknown) => reason as Error,
  );
  return { error, last: heard.at(-1) ?? NO_PROGRESS };
}

describe("sendAll", () => {
  it("sends every record once, in order, in batches", async () => {
    const send = vi.fn(taking);
    const { last } = await run(numbers(1_234), send);
    expect(send.mock.calls.map(([records]) => records.length)).toEqual([500, 500, 234]);
    const sent = send.mock.calls.flatMap(([records]) => records);
    expect(sent.map((text) => (JSON.parse(text) as { value: { data: number } }).value.data)).toEqual(
      Array.from({ length: 1_234 }, (_, index) => index),
    );
    expect(last).toMatchObject({ written: 1_234, failed: 0, line: 1_234, bytes: numbers(1_234).size });
  });

  it("names the line of every record that failed, here or there", async () => {
    const refusing: SendBatch = async (records) =>
      records.map((text, offset) =>
        text.includes(":3}") ? { problem: "too large" } : { partition_id: 0, offset },
      );
    const { last } = await run(new Blob(["1\n\n{\n3\n4"]), refusing);
    expect(last).toMatchObject({ written: 2, failed: 2, line: 5 });
    expect(last.failures).toEqual([
      { line: 3, problem: expect.stringContaining("not JSON") },
      { line: 4, problem: "too large" },
    ]);
  });

  it("says which lines may have been written when the answer breaks off", async () => {
    const broken: SendBatch = async (records) => (await taking(records)).slice(0, 2);
    const { error, last } = await run(numbers(10), broken);
    expect(error).toMatchObject({ first: 3, last: 10 });
    expect(last).toMatchObject({ written: 2, line: 2 });
  });

  it("tells a lost answer from a refusal", async () => {
    const answers = (status: number): SendBatch => () =>
      Promise.reject(new ApiError(status, null, "No."));
    expect((await run(numbers(3), answers(0))).error).toBeInstanceOf(UncertainBatch);
    expect((await run(numbers(3), answers(503))).error).toBeInstanceOf(UncertainBatch);
    expect((await run(numbers(3), answers(403))).error).toMatchObject({ status: 403 });
  });

  it("goes on at a line, and stops after a batch", async () => {
    const send = vi.fn(taking);
    const { last } = await run(numbers(5_000), send, 7);
    expect(last).toMatchObject({ written: 1_000, line: 1_006 });
    expect(send.mock.calls[0]![0][0]).toContain(":6}");
  });
});

describe("fileEntries", () => {
  it("counts lines of CSV and keeps letters whole that a piece of the file divides", async () => {
    const text = `id\tname\n${Array.from({ length: 12_000 }, (_, id) => `${id}\tü`).join("\n")}`;
    const reading: FileReading = { format: "csv", meaning: "values", keyColumn: "id" };
    const read = [];
    for await (const entry of fileEntries(new Blob([text]), reading)) read.push(entry);
    expect(read).toHaveLength(12_000);
    expect(new Set(read.map((entry) => JSON.stringify(entry).includes('"name":"ü"')))).toEqual(
      new Set([true]),
    );
    expect(read.at(-1)).toMatchObject({ line: 12_001 });
  });

  it("sees at a glance what a file holds", async () => {
    expect(await glanceAt(new File(["id;city\n1;Bern\n"], "x.csv"))).toEqual({
      reading: { format: "csv", meaning: "values", keyColumn: null },
      columns: ["id", "city"],
    });
  });
});
