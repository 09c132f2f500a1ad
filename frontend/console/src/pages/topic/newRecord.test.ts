import { describe, expect, it } from "vitest";

import { EMPTY_FORM, newRecord, problemOf } from "./newRecord";

describe("a new record", () => {
  it("travels with the types it was written in", () => {
    expect(
      newRecord({
        partition: "2",
        keyFormat: "text",
        key: "N1",
        valueFormat: "json",
        value: '{"a": 1}',
        headers: [{ name: "h", value: "ü" }],
      }),
    ).toEqual({
      partition_id: 2,
      key: { type: "STRING", data: "N1" },
      value: { type: "JSON", data: { a: 1 } },
      headers: [{ name: "h", value: "w7w=" }],
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
});
