/** Sends the records of a file in batches, in order, with an account of every one. */

import { ApiError } from "../api/client";
import type { ProducedBody } from "../api/types";
import type { ReadEntry } from "./fileEntries";
import { stringifyJson } from "./json";

/** The service's answer about one record. */
export type Outcome = ProducedBody | { problem: string };

/** Writes one batch and answers for each of its records, in their order. */
export type SendBatch = (records: string[]) => Promise<Outcome[]>;

export interface Failure {
  line: number;
  problem: string;
}

export interface BulkProgress {
  written: number;
  failed: number;
  /** The first of those that failed. */
  failures: Failure[];
  bytes: number;
  /** Last line of the file that is accounted for, written or not. */
  line: number;
}

export const NO_PROGRESS: BulkProgress = { written: 0, failed: 0, failures: [], bytes: 0, line: 0 };

const BATCH_RECORDS = 500;
const BATCH_CHARACTERS = 1024 * 1024;
const FAILURES_KEPT = 200;

/** Records may stand in the topic although nobody heard so; sending them again would double them. */
export class UncertainBatch extends Error {
  constructor(
    readonly first: number,
    readonly last: number,
    cause: Error,
  ) {
    super(
      `Whether lines ${first} to ${last} were written is not known: ${cause.message} ` +
        "Look at the topic's newest records before you go on.",
    );
  }
}

interface Waiting {
  line: number;
  text: string;
}

/**
 * Stopping waits for the batch that is on its way: what happened to it would not be known.
 * @throws UncertainBatch when no answer, or not all of it, came for a batch.
 * @throws ApiError when the service refuses a whole batch.
 */
export async function sendAll(
  entries: AsyncIterable<ReadEntry>,
  send: SendBatch,
  startLine: number,
  onProgress: (progress: BulkProgress) => void,
  stop: AbortSignal,
): Promise<BulkProgress> {
  let progress = NO_PROGRESS;
  let waiting: Waiting[] = [];
  let size = 0;
  const flush = async () => {
    if (waiting.length > 0) {
      const outcomes = await outcomesOf(waiting, send);
      progress = accounted(progress, waiting, outcomes);
      onProgress(progress);
      const missing = waiting[outcomes.length];
      if (missing) {
        const last = waiting.at(-1)!.line;
        throw new UncertainBatch(missing.line, last, new Error("the answer broke off."));
      }
    }
    waiting = [];
    size = 0;
  };
  for await (const entry of entries) {
    if (stop.aborted) return progress;
    progress = { ...progress, bytes: entry.bytes };
    if (entry.line < startLine) continue;
    if ("problem" in entry) {
      progress = withFailures(progress, [{ line: entry.line, problem: entry.problem }]);
      continue;
    }
    const text = stringifyJson(entry.record);
    waiting.push({ line: entry.line, text });
    size += text.length;
    if (waiting.length >= BATCH_RECORDS || size >= BATCH_CHARACTERS) await flush();
  }
  if (!stop.aborted) await flush();
  onProgress(progress);
  return progress;
}

async function outcomesOf(batch: Waiting[], send: SendBatch): Promise<Outcome[]> {
  try {
    return await send(batch.map(({ text }) => text));
  } catch (error) {
    if (error instanceof ApiError && error.status > 0 && error.status < 500) throw error;
    throw new UncertainBatch(batch[0]!.line, batch.at(-1)!.line, error as Error);
  }
}

function accounted(progress: BulkProgress, batch: Waiting[], outcomes: Outcome[]): BulkProgress {
  const failures: Failure[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const line = batch[index]?.line;
    if (line !== undefined && "problem" in outcome) {
      failures.push({ line, problem: outcome.problem });
    }
  }
  const written = progress.written + outcomes.length - failures.length;
  const line = batch[outcomes.length - 1]?.line ?? progress.line;
  return withFailures({ ...progress, written, line }, failures);
}

function withFailures(progress: BulkProgress, failures: Failure[]): BulkProgress {
  if (failures.length === 0) return progress;
  return {
    ...progress,
    failed: progress.failed + failures.length,
    failures: [...progress.failures, ...failures].slice(0, FAILURES_KEPT),
    line: Math.max(progress.line, failures.at(-1)!.line),
  };
}
