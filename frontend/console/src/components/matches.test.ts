import { expect, it } from "vitest";

import { firstMatches } from "./matches";

it("puts names that begin with it first, and stops", () => {
  const names = ["my-orders", "orders", "orders-eu", "payments", "old-orders"];
  expect(firstMatches(names, " Orders ", 3)).toEqual(["orders", "orders-eu", "my-orders"]);
  expect(firstMatches(names, "", 2)).toEqual(["my-orders", "orders"]);
  expect(firstMatches(names, "nothing", 3)).toEqual([]);
});
