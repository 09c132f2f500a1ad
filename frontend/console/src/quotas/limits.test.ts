import { describe, expect, it } from "vitest";

import { editedLimit, exceededWords, fillOf, readLimit, writeLimit } from "./limits";

describe("limits", () => {
  it("are written with the unit that their name ends with", () => {
    expect(writeLimit("produce_bytes_per_s", 10 * 1024 ** 2)).toBe("10 MiB/s");
    expect(writeLimit("storage_bytes", 1024 ** 3)).toBe("1 GiB");
    expect(writeLimit("rest_requests_per_s", 1_000)).toBe("1,000/s");
    expect(writeLimit("request_time_percent", 50)).toBe("50 %");
  });

  it.each([
    ["storage_bytes", "10 GiB", 10 * 1024 ** 3],
    ["storage_bytes", "1.5g", 1.5 * 1024 ** 3],
    ["produce_bytes_per_s", "2MB/s", 2 * 1024 ** 2],
    ["storage_bytes", "4096", 4096],
    ["topics", "12", 12],
    ["topics", "12 k", null],
    ["topics", "-1", null],
    ["topics", "0", null],
    ["topics", "many", null],
    ["topics", "", null],
    ["storage_bytes", "99999999 TiB", null],
  ])("of %s are read from %j", (name, text, value) => {
    expect(readLimit(name, text)).toBe(value);
  });

  it("come back from their field unchanged", () => {
    for (const value of [1, 1_000, 1_024, 1_048_577, 10 * 1024 ** 3, 3 * 1024 ** 4]) {
      expect(readLimit("storage_bytes", editedLimit("storage_bytes", value))).toBe(value);
      expect(readLimit("topics", editedLimit("topics", value))).toBe(value);
    }
  });

  it("warn before they are reached", () => {
    const tone = (used: number) => fillOf({ applied: 100, used })?.tone;
    expect([tone(0), tone(79), tone(80), tone(94), tone(95), tone(250)]).toEqual([
      "good", "good", "warn", "warn", "bad", "bad",
    ]);
    expect(fillOf({ applied: 100, used: 250 })?.percent).toBe(100);
    expect(fillOf({ applied: 100, used: null })).toBeNull();
  });
});

describe("what is exceeded", () => {
  it("is said with whose it is and by how much", () => {
    const topics = { tenant: "acme", name: "topics", applied: 3, used: 12 };
    expect(exceededWords(topics)).toBe("Topics of acme: 12 of 3.");
    const stored = { tenant: "acme", name: "storage_bytes", applied: 1024, used: 2048 };
    expect(exceededWords(stored)).toBe("Storage of acme: 2 KiB of 1 KiB.");
  });
});
