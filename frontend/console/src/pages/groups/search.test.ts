import { expect, it } from "vitest";

import { readGroupsSearch } from "./search";

it("has an address for what is looked for and how it is sorted", () => {
  const search = { find: "billing", sort: "-lag" };
  expect(readGroupsSearch(search)).toEqual(search);
  expect(readGroupsSearch({ find: "", sort: "-colour" })).toEqual({});
});
