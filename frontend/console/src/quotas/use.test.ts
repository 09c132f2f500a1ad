import { describe, expect, it } from "vitest";

import { mostUsedBy, writeClientQuota } from "./use";

describe("what clients use of their quotas", () => {
  it("is written with the unit of the quota", () => {
    expect(writeClientQuota("producer_byte_rate", 2 * 1024 ** 2)).toBe("2 MiB/s");
    expect(writeClientQuota("controller_mutation_rate", 5)).toBe("5/s");
    expect(writeClientQuota("request_percentage", 2.5)).toBe("2.5 %");
  });

  it("is told of those who use most of this quota and of no other", () => {
    const quota = {
      entity: { user: null },
      values: { producer_byte_rate: 1024, request_percentage: 5 },
      used: { producer_byte_rate: 1024, request_percentage: 0 },
      used_by: [
        { quota: "producer_byte_rate" as const, who: { user: "billing" }, used: 1024, at_broker: 512 },
        { quota: "producer_byte_rate" as const, who: { user: "app" }, used: 512, at_broker: 512 },
      ],
    };
    expect(mostUsedBy(quota, "producer_byte_rate")).toBe("user billing: 1 KiB/s\nuser app: 512 B/s");
    expect(mostUsedBy(quota, "request_percentage")).toBe("Nobody uses any of it now.");
  });
});
