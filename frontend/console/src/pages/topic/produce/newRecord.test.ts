import { describe, expect, it } from "vitest";

import { fromRest } from "../../../records/record";
import { EMPTY_FORM, formOf, newRecord, problemOf } from "./newRecord";

describe("a new record", () => {
  it("travels with the types it was written in", () => {
    expect(
      newRecord({
        partition: "2",
        keyFormat: "text",
        key: "N1",
        valueFormat: "json",
        value: '{"a": 1}',
        headers: [
          { name: "h", value: "ü", format: "text" },
          { name: "b", value: "/w==", format: "base64" },
          { name: "n", value: "", format: "none" },
        ],
        timestamp: "2026-01-02T03:04:05",
      }),
    ).toEqual({
      partition_id: 2,
      key: { type: "STRING", data: "N1" },
      value: { type: "JSON", data: { a: 1 } },
      headers: [
        { name: "h", value: "w7w=" },
        { name: "b", value: "/w==" },
        { name: "n", value: null },
      ],
      timestamp: new Date(2026, 0, 2, 3, 4, 5).getTime(),
    });
  });

  it("leaves null fields and the partition to the service when they are not given", () => {
    expect(newRecord({ ...EMPTY_FORM, keyFormat: "none", valueFormat: "none" })).toEqual({});
  });

  it("says what is wrong before anything is sent", () => {
    expect(problemOf("json", "{")).toMatch(/not JSON/);
    expect(problemOf("base64", "?")).toMatch(/base64/);
    expect(problemOf("text", "{")).toBeNull();
  });

  it("is made again from a record with the same bytes", () => {
    const sent = {
      partition_id: 1,
      key: { type: "BINARY", data: "/w==" },
      value: { type: "JSON", data: { big: 9007199254740993n } },
      headers: [
        { name: "h", value: "w7w=" },
        { name: "b", value: "/w==" },
        { name: "n", value: null },
      ],
    };
    const read = fromRest({ ...sent, offset: 7, timestamp: 1 });
    expect(newRecord(formOf(read))).toEqual(sent);
    const nulls = { partition_id: 0, key: null, value: null, headers: [] };
    expect(newRecord(formOf(fromRest({ ...nulls, offset: 1, timestamp: null })))).toEqual({
      partition_id: 0,
    });
  });
});
