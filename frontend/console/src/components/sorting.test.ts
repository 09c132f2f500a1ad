import { describe, expect, it } from "vitest";

import { sorted } from "./sorting";

const by = (value: string | number | null) => value;

describe("sorted", () => {
  it("puts numbers in names in their order", () => {
    expect(sorted(["t10", "t2", "T1"], by, false)).toEqual(["T1", "t2", "t10"]);
  });

  it.each([true, false])("puts what is unknown last (descending: %s)", (descending) => {
    const rows = sorted([null, 2, null, 10], by, descending);
    expect(rows.slice(2)).toEqual([null, null]);
    expect(rows.slice(0, 2)).toEqual(descending ? [10, 2] : [2, 10]);
  });
});
