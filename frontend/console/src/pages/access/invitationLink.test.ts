import { expect, it } from "vitest";

import { invitationLink, proposedName } from "./invitationLink";

it("keeps the code out of what is sent to the server", () => {
  const link = new URL(invitationLink("https://example.com", "a-b_c"));
  expect(link.pathname + link.search).toBe("/invitation");
  expect(link.hash).toBe("#a-b_c");
});

it("proposes what stands before the @", () => {
  expect(proposedName("ada@example.com")).toBe("ada");
  expect(proposedName("ada")).toBe("ada");
});
