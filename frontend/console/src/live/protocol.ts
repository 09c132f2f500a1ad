/** Records of live frames, as the console holds them. */

import type { WireRecord } from "@headwater/live";

import { fromBase64, toField, type Header, type StreamRecord } from "../records/record";

/** Reads one record of a frame. */
export function toRecord(partition: number, wire: WireRecord): StreamRecord {
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

function toHeader([name, text, encoding]: WireRecord["headers"][number]): Header {
  if (text === null) return { name, value: null };
  if (encoding === "base64") return { name, value: { kind: "bytes", bytes: fromBase64(text) } };
  return { name, value: { kind: "text", text } };
}
