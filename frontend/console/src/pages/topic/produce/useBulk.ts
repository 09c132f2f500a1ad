import { useCallback, useEffect, useRef, useState } from "react";

import { produceBatch } from "../../../api/hooks/records";
import { NO_PROGRESS, sendAll, UncertainBatch, type BulkProgress } from "../../../records/bulk";
import { fileEntries, type FileReading } from "../../../records/fileEntries";

/** A file on its way. */
export interface BulkRun {
  state: "none" | "sending" | "stopping" | "stopped" | "done" | "failed";
  progress: BulkProgress;
  /** When it began and, once it has ended, how long it took; milliseconds. */
  startedAt: number;
  took: number;
  error: Error | null;
  /** The line to go on at: after the last one that is accounted for. */
  nextLine: number;
}

const NO_RUN: BulkRun = {
  state: "none",
  progress: NO_PROGRESS,
  startedAt: 0,
  took: 0,
  error: null,
  nextLine: 1,
};

export function useBulk(cluster: string, topic: string) {
  const [run, setRun] = useState(NO_RUN);
  const stopper = useRef<AbortController | null>(null);
  const last = useRef<{ file: File; reading: FileReading } | null>(null);

  const start = useCallback(
    async (file: File, reading: FileReading, startLine: number) => {
      const stop = (stopper.current = new AbortController());
      const startedAt = performance.now();
      last.current = { file, reading };
      setRun({ ...NO_RUN, state: "sending", startedAt, nextLine: startLine });
      const hear = (progress: BulkProgress) =>
        setRun((now) => ({
          ...now,
          progress,
          nextLine: Math.max(startLine, progress.line + 1),
          took: performance.now() - startedAt,
        }));
      try {
        const entries = fileEntries(file, reading);
        const send = (records: string[]) => produceBatch(cluster, topic, records);
        await sendAll(entries, send, startLine, hear, stop.signal);
        setRun((now) => ({ ...now, state: stop.signal.aborted ? "stopped" : "done" }));
      } catch (cause) {
        const error = cause as Error;
        setRun((now) => ({
          ...now,
          state: "failed",
          error,
          nextLine: error instanceof UncertainBatch ? error.first : now.nextLine,
        }));
      }
    },
    [cluster, topic],
  );

  const stop = useCallback(() => {
    stopper.current?.abort();
    setRun((now) => (now.state === "sending" ? { ...now, state: "stopping" } : now));
  }, []);
  const goOn = useCallback(
    async (startLine: number) => {
      if (last.current) await start(last.current.file, last.current.reading, startLine);
    },
    [start],
  );
  const reset = useCallback(() => setRun(NO_RUN), []);

  // A page that is left sends nothing more; what is on its way arrives.
  useEffect(() => () => stopper.current?.abort(), []);
  return { run, start, stop, goOn, reset };
}
