import { describe, expect, it } from "vitest";

import { NO_RESTRICTION, restrictionOf, restrictionWords } from "./restriction";

describe("a key's restriction", () => {
  it("is none where nothing was chosen", () => {
    expect(restrictionOf(NO_RESTRICTION)).toBeNull();
    expect(restrictionWords(null)).toBe("");
  });

  it("takes a star at the end for names that begin so", () => {
    const restriction = restrictionOf({ topics: ["orders", "eu-*", "*"], groups: [], readOnly: true });
    expect(restriction).toEqual({
      topics: [
        { name: "orders", pattern_type: "literal" },
        { name: "eu-", pattern_type: "prefixed" },
        { name: "*", pattern_type: "literal" },
      ],
      groups: null,
      read_only: true,
    });
    expect(restrictionWords(restriction)).toBe("only reads · topics orders, eu-*, *");
  });

  it("says so when a key is kept from all groups", () => {
    expect(restrictionWords({ topics: null, groups: [], read_only: false })).toBe("no groups");
  });
});
