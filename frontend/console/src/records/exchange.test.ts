import { describe, expect, it } from "vitest";

import { csvCell, csvLine, jsonLine } from "./exchange";
import { parseWrittenJson } from "./json";
import type { Field, StreamRecord } from "./record";

const record = (key: Field | null, value: Field | null): StreamRecord => ({
  partition: 3,
  offset: "9007199254740993",
  timestamp: 0,
  key,
  value,
  headers: [{ name: "h", value: { kind: "text", text: "1" } }],
  size: null,
});

describe("records as lines", () => {
  it("writes what the command line's consume writes, with JSON objects as themselves", () => {
    const value: Field = { kind: "json", value: { a: [1n << 60n] } };
    expect(jsonLine("t", record({ kind: "text", text: "k" }, value))).toBe(
      '{"topic":"t","partition":3,"offset":9007199254740993,"timestamp":0,"key":"k",' +
        '"value":{"a":[1152921504606846976]},"headers":[["h","1"]]}\n',
    );
  });

  it("writes numbers as they were written", () => {
    const value: Field = { kind: "json", value: parseWrittenJson('{"price":4.50,"n":[1e3,2]}') };
    expect(jsonLine("t", record(null, value))).toContain('"value":{"price":4.50,"n":[1e3,2]},');
    const number: Field = { kind: "json", value: parseWrittenJson("4.50") };
    expect(jsonLine("t", record(null, number))).toContain('"value":"4.50",');
  });

  it("keeps nulls, bytes and JSON that is no object apart", () => {
    const line = (value: Field | null) =>
      (JSON.parse(jsonLine("t", record(null, value))) as { value: unknown }).value;
    expect(line(null)).toBeNull();
    expect(line({ kind: "bytes", bytes: Uint8Array.of(255) })).toEqual({ base64: "/w==" });
    expect(line({ kind: "json", value: "a" })).toBe('"a"');
    expect(line({ kind: "json", value: null })).toBe("null");
    expect(line({ kind: "json", value: { base64: "/w==" } })).toBe('{"base64":"/w=="}');
  });

  it("quotes CSV as RFC 4180", () => {
    expect(csvLine(record({ kind: "text", text: 'a"b' }, { kind: "text", text: "x\ny" }))).toBe(
      '3,9007199254740993,1970-01-01T00:00:00.000Z,"a""b","x\ny",h=1\r\n',
    );
  });

  it.each(["=cmd()", "@x", "+1+1", "-a", "\t=1"])("lets no spreadsheet run %j", (text) => {
    expect(csvCell(text).replace(/^"/, "")).toMatch(/^'/);
  });

  it("leaves numbers alone", () => {
    expect(csvCell("-12.5")).toBe("-12.5");
  });
});
