import { describe, expect, it } from "vitest";

import { parseWrittenJson } from "./json";
import { fieldNames, previewText, previewTokens } from "./preview";

const json = (value: unknown) => ({ kind: "json", value }) as const;

describe("previews", () => {
  it("writes JSON on one line with its kinds told apart", () => {
    const field = json({ a: [1, null], b: "x", c: true });
    expect(previewText(field)).toBe('{a: [1, null], b: "x", c: true}');
    expect(previewTokens(field).find(({ text }) => text === "1")?.kind).toBe("number");
  });

  it("writes numbers as they were written", () => {
    const field = json(parseWrittenJson('{"price": 4.50, "n": 1e3}'));
    expect(previewText(field)).toBe("{price: 4.50, n: 1e3}");
  });

  it("shows picked fields only, in the order of the picking", () => {
    const field = json({ year: 2013, carrier: "UA", dest: "IAH" });
    const text = previewTokens(field, ["dest", "absent", "carrier"]).map((token) => token.text);
    expect(text.join("")).toBe('dest "IAH"  carrier "UA"  ');
  });

  it("cuts long and deep values without walking all of them", () => {
    let walked = 0;
    const huge = new Proxy(
      Array.from({ length: 100_000 }, () => 12_345),
      {
        get: (target, name) => {
          walked += 1;
          return Reflect.get(target, name) as unknown;
        },
      },
    );
    expect(previewText(json(huge)).length).toBeLessThan(250);
    expect(walked).toBeLessThan(500);
    expect(previewText({ kind: "text", text: "x".repeat(1_000_000) }).length).toBeLessThan(250);
  });

  it("keeps text on one line", () => {
    expect(previewText({ kind: "text", text: "a\n\tb" })).toBe("a b");
  });

  it("shows bytes as hex and a missing field as null", () => {
    expect(previewText({ kind: "bytes", bytes: Uint8Array.of(0, 255) })).toBe("00 ff");
    expect(previewText(null)).toBe("null");
  });

  it("lists the names that objects have", () => {
    expect(fieldNames([json({ a: 1, b: 2 }), null, json([1]), json({ c: 3, a: 1 })])).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});
