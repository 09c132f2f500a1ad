import { describe, expect, it } from "vitest";

import { readHistory, remember, type Sent, type Shelf } from "./history";
import { EMPTY_FORM } from "./newRecord";

function shelf(limit = Infinity): Shelf & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => {
      if (text.length > limit) throw new DOMException("full", "QuotaExceededError");
      kept.set(name, text);
    },
    removeItem: (name) => void kept.delete(name),
  };
}

const sent = (offset: number, value = "v"): Sent => ({
  form: { ...EMPTY_FORM, value },
  at: 1,
  partition_id: 0,
  offset,
});

describe("history", () => {
  it("keeps the newest twenty, newest first", () => {
    const to = shelf();
    for (let offset = 0; offset < 30; offset += 1) remember(to, "h", sent(offset));
    const offsets = readHistory(to, "h").map(({ offset }) => offset);
    expect(offsets).toEqual(Array.from({ length: 20 }, (_, index) => 29 - index));
  });

  it("keeps no more than it has room for", () => {
    const to = shelf();
    remember(to, "h", sent(1));
    const shown = remember(to, "h", sent(2, "x".repeat(300_000)));
    expect(shown.map(({ offset }) => offset)).toEqual([2, 1]);
    expect(to.kept.get("h")!.length).toBeLessThan(200_000);
  });

  it("works where nothing can be kept, and with what it cannot read", () => {
    expect(remember(shelf(0), "h", sent(1))).toHaveLength(1);
    const broken = shelf();
    for (const text of ["{", "3", '[{"at": 1}]', "[null]"]) {
      broken.kept.set("h", text);
      expect(readHistory(broken, "h")).toEqual([]);
    }
  });
});
