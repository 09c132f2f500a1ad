/** The frames of `/ws/v1/topics/{topic}`, JSON text both ways. */

import type { TypedData } from "../api/types";
import { parseJson } from "../records/json";
import { fromBase64, toField, type Header, type StreamRecord } from "../records/record";

export type ClientFrame =
  { type: "permit"; records: number } | { type: "pause" } | { type: "resume" } | { type: "ping" };

export interface RecordsFrame {
  type: "records";
  partition: number;
  records: StreamRecord[];
  highWatermark: number;
  skipped: number;
  cursor: string | null;
}

export type ServerFrame =
  | { type: "ready"; partitions: number[]; credits: number }
  | RecordsFrame
  | { type: "heartbeat" }
  | { type: "error"; code: string; message: string };

interface WireRecord {
  offset: string | number;
  timestamp: number | null;
  key: TypedData | null;
  value: TypedData | null;
  /** Name and text; a third part says that the text is base64, of bytes that are not UTF-8. */
  headers?: [string, string | null, "base64"?][];
  size?: number;
}

/** Reads one frame. Null for text that is none, and for types that a newer service may send. */
export function parseFrame(text: unknown): ServerFrame | null {
  if (typeof text !== "string") return null;
  let frame: Record<string, unknown>;
  try {
    frame = parseJson(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  switch (frame?.type) {
    case "ready":
      return {
        type: "ready",
        partitions: Array.isArray(frame.partitions) ? (frame.partitions as number[]) : [],
        credits: Number(frame.credits ?? 0),
      };
    case "records":
      return recordsFrame(frame);
    case "heartbeat":
      return { type: "heartbeat" };
    case "error":
      return {
        type: "error",
        code: String(frame.code ?? ""),
        message: String(frame.message ?? ""),
      };
    default:
      return null;
  }
}

function recordsFrame(frame: Record<string, unknown>): RecordsFrame {
  const partition = Number(frame.partition);
  const records = Array.isArray(frame.records) ? (frame.records as WireRecord[]) : [];
  return {
    type: "records",
    partition,
    highWatermark: Number(frame.high_watermark ?? 0),
    records: records.map((record) => toRecord(partition, record)),
    skipped: Number(frame.skipped ?? 0),
    cursor: typeof frame.cursor === "string" ? frame.cursor : null,
  };
}

function toRecord(partition: number, wire: WireRecord): StreamRecord {
  return {
    partition,
    offset: String(wire.offset),
    timestamp: typeof wire.timestamp === "number" && wire.timestamp >= 0 ? wire.timestamp : null,
    key: toField(wire.key),
    value: toField(wire.value),
    headers: (wire.headers ?? []).map(toHeader),
    size: wire.size ?? null,
  };
}

function toHeader([name, text, encoding]: NonNullable<WireRecord["headers"]>[number]): Header {
  if (text === null) return { name, value: null };
  if (encoding === "base64") return { name, value: { kind: "bytes", bytes: fromBase64(text) } };
  return { name, value: { kind: "text", text } };
}
