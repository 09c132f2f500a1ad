import { describe, expect, it } from "vitest";

import { auditQuery } from "../../../api/hooks/audit";
import { readAuditSearch } from "./search";

describe("the audit page's address", () => {
  it("keeps what the service can look for and nothing else", () => {
    const filter = readAuditSearch({
      by: "User:ada",
      action: "",
      object: 7,
      outcome: "maybe",
      since: "2026-03-01T10:00:00.000Z",
      until: "tomorrow",
      tenant: "demo",
    });
    expect(filter).toEqual({ by: "User:ada", since: "2026-03-01T10:00:00.000Z" });
    expect(auditQuery(filter).toString()).toBe("by=User%3Aada&since=2026-03-01T10%3A00%3A00.000Z");
    expect(readAuditSearch({ outcome: "refused" })).toEqual({ outcome: "refused" });
  });
});
