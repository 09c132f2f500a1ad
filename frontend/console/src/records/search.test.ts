import { describe, expect, it } from "vitest";

import type { StreamRecord } from "./record";
import { matcherFor } from "./search";

const record: StreamRecord = {
  partition: 0,
  offset: "1",
  timestamp: null,
  key: { kind: "text", text: "N123UA" },
  value: { kind: "json", value: { origin: "JFK" } },
  headers: [{ name: "carrier", value: { kind: "text", text: "Delta" } }],
  size: null,
};

describe("matcherFor", () => {
  it.each(["n123", "jfk", "origin", "CARRIER delta", "jfk n123ua"])("finds %s", (query) => {
    expect(matcherFor(query)?.(record)).toBe(true);
  });

  it("wants every word", () => {
    expect(matcherFor("jfk lga")?.(record)).toBe(false);
  });

  it("matches no word across two fields", () => {
    expect(matcherFor('123ua{"origin')?.(record)).toBe(false);
  });

  it("is no filter without a word", () => {
    expect(matcherFor("   ")).toBeNull();
  });
});
