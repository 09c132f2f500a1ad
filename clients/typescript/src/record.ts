/** Records, as they come and as they go. */

export type Payload = null | string | Uint8Array | object;

export interface WirePayload {
  type: "json" | "string" | "base64";
  data: unknown;
  truncated?: boolean;
  size?: number;
  href?: string;
}

export type WireHeader = [string, string | null, "base64"?];

/** A record as it travels. */
export interface WireRecord {
  offset: string;
  timestamp: number;
  key: WirePayload | null;
  value: WirePayload | null;
  headers: WireHeader[];
  size: number;
}

/** A frame of records as it travels. */
export interface RecordsFrame {
  partition: number;
  records: WireRecord[];
  high_watermark: string;
  skipped: number;
  cursor: string;
}

export interface Header {
  name: string;
  value: string | Uint8Array | null;
}

export interface LiveRecord {
  topic: string;
  partition: number;
  /** Decimal digits: offsets are 64-bit, JavaScript's numbers are not. */
  offset: string;
  /** Milliseconds since 1970, -1 for none. */
  timestamp: number;
  key: any;
  /** A JSON object or array, text, bytes or null. */
  value: any;
  headers: Header[];
  /** Bytes of key and value. */
  size: number;
  /** Whether the value is only its beginning; `href` is the path of the whole record then. */
  truncated: boolean;
  href: string | null;
}

export interface Produced {
  partition: number;
  offset: string;
  timestamp: number;
}

/** What a filter has done. */
export interface Progress {
  scanned: number;
  matched: number;
  failed: number;
  bytes: number;
}

export function recordOf(topic: string, partition: number, wire: WireRecord): LiveRecord {
  return {
    topic,
    partition,
    offset: wire.offset,
    timestamp: wire.timestamp,
    key: payloadOf(wire.key),
    value: payloadOf(wire.value),
    headers: wire.headers.map(([name, value, encoding]) => ({
      name,
      value: value !== null && encoding === "base64" ? bytesOf(value) : value,
    })),
    size: wire.size,
    truncated: wire.value?.truncated === true,
    href: wire.value?.href ?? null,
  };
}

export function wirePayload(data: Payload | undefined): WirePayload | null {
  if (data === null || data === undefined) return null;
  if (typeof data === "string") return { type: "string", data };
  if (data instanceof Uint8Array) return { type: "base64", data: base64Of(data) };
  return { type: "json", data };
}

export function wireHeader([name, value]: [string, string | Uint8Array | null]): WireHeader {
  return value instanceof Uint8Array ? [name, base64Of(value), "base64"] : [name, value];
}

function payloadOf(wire: WirePayload | null): unknown {
  if (wire === null) return null;
  return wire.type === "base64" ? bytesOf(String(wire.data)) : wire.data;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
