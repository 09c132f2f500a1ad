import { describe, expect, it } from "vitest";

import { hexLines } from "./hex";
import { fromBase64, fromRest, isCut, textOrBytes, toBase64, toField } from "./record";

describe("fields", () => {
  it("reads the types of REST and websocket alike", () => {
    expect(toField({ type: "STRING", data: "a" })).toEqual({ kind: "text", text: "a" });
    expect(toField({ type: "json", data: null })).toEqual({ kind: "json", value: null });
    expect(toField({ type: "BINARY", data: "AP8=" })).toEqual(
      toField({ type: "base64", data: "AP8=" }),
    );
  });

  it("tells a null field from an empty one", () => {
    expect(toField(null)).toBeNull();
    expect(toField({ type: "STRING", data: "" })).toEqual({ kind: "text", text: "" });
  });

  it("knows a field that is only a beginning, from frames and from REST", () => {
    const cut = { type: "string", data: "ab", truncated: true, size: 9 };
    expect(toField(cut)).toEqual({ kind: "text", text: "ab", whole: 9 });
    const body = { partition_id: 0, offset: 1, timestamp: 1, key: null, headers: [] };
    expect(isCut(fromRest({ ...body, value: cut }))).toBe(true);
    expect(isCut(fromRest({ ...body, value: { type: "STRING", data: "ab" } }))).toBe(false);
  });

  it("brings every byte through base64 and back", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });

  it("takes bytes for text only when they are UTF-8", () => {
    expect(textOrBytes(new TextEncoder().encode("zürich"))).toEqual({
      kind: "text",
      text: "zürich",
    });
    expect(textOrBytes(Uint8Array.of(0xff, 0xfe)).kind).toBe("bytes");
  });

  it("reads a REST record with its headers", () => {
    const record = fromRest({
      partition_id: 2,
      offset: 7,
      timestamp: -1,
      key: null,
      value: { type: "JSON", data: { a: 1 } },
      headers: [
        { name: "carrier", value: btoa("UA") },
        { name: "none", value: null },
      ],
    });
    expect(record.offset).toBe("7");
    expect(record.timestamp).toBeNull();
    expect(record.headers).toEqual([
      { name: "carrier", value: { kind: "text", text: "UA" } },
      { name: "none", value: null },
    ]);
  });
});

describe("hexLines", () => {
  it("dumps sixteen bytes a line and hides what cannot be printed", () => {
    const lines = hexLines(new TextEncoder().encode("<script>\u0000\u0007 and more"), 1_000);
    expect(lines).toHaveLength(2);
    expect(lines[0]!.ascii).toBe("<script>.. and m");
    expect(lines[1]!).toEqual({
      address: "00000010",
      hex: "6f 72 65".padEnd(47),
      ascii: "ore",
    });
  });

  it("fits a narrow place", () => {
    expect(hexLines(Uint8Array.of(1, 65, 66), 10, 2)).toEqual([
      { address: "00000000", hex: "01 41", ascii: ".A" },
      { address: "00000002", hex: "42   ", ascii: "B" },
    ]);
  });

  it("stops at the limit", () => {
    expect(hexLines(new Uint8Array(100), 32)).toHaveLength(2);
  });
});
