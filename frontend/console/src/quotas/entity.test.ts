import { describe, expect, it } from "vitest";

import { entityQuery } from "../api/hooks/clientQuotas";
import { entityOf, entityWords } from "./entity";

const FORM = { user: "any", userName: "", client: "any", clientName: "" } as const;

describe("whom a client quota is about", () => {
  it("is nobody until one is chosen and named", () => {
    expect(entityOf(FORM)).toBeNull();
    expect(entityOf({ ...FORM, user: "named", userName: " " })).toBeNull();
  });

  it("tells those named from all others and from those that do not matter", () => {
    const both = entityOf({ user: "named", userName: "billing", client: "others", clientName: "" });
    expect(both).toEqual({ user: "billing", "client-id": null });
    expect(entityWords(both!)).toBe("user billing with every other client");
    const client = entityOf({ ...FORM, client: "named", clientName: "app-1" });
    expect(client).toEqual({ "client-id": "app-1" });
    expect(entityWords(client!)).toBe("client app-1");
    expect(entityWords({ user: null })).toBe("every other user");
    expect(entityWords({ ip: "10.0.0.7" })).toBe("address 10.0.0.7");
    expect(entityQuery({ user: null, "client-id": "a b" }).toString()).toBe(
      "user=%3Cdefault%3E&client_id=a+b",
    );
  });
});
