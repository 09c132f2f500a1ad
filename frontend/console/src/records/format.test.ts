import { describe, expect, it } from "vitest";

import { formatAge, formatBytes, formatDateTime, formatPlural, formatRate } from "./format";

describe("formats", () => {
  it("writes sizes in binary units", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(1_023)).toBe("1,023 B");
    expect(formatBytes(1_536)).toBe("1.5 KiB");
    expect(formatBytes(5 * 1024 ** 3)).toBe("5 GiB");
  });

  it("keeps a decimal only for slow rates", () => {
    expect(formatRate(0)).toBe("0");
    expect(formatRate(1.26)).toBe("1.3");
    expect(formatRate(12_345.6)).toBe("12,346");
  });

  it("writes ages in one unit and never below nothing", () => {
    expect(formatAge(-50)).toBe("0 ms");
    expect(formatAge(999)).toBe("999 ms");
    expect(formatAge(1_500)).toBe("1.5 s");
    expect(formatAge(7_200_000)).toBe("2 h");
  });

  it("pads every part of a time", () => {
    expect(formatDateTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe(
      "2026-01-02 03:04:05.006",
    );
  });

  it("counts in singular and plural", () => {
    expect(formatPlural(1, "partition")).toBe("1 partition");
    expect(formatPlural(2_000, "partition")).toBe("2,000 partitions");
  });
});
