import { expect, it } from "vitest";

import { readConfigsSearch, readLiveSearch, readProduceSearch } from "./search";

it("reads a tail's address and leaves out what makes no sense", () => {
  const search = { from: "end-500", fields: ["a"], find: "jfk" } as const;
  expect(readLiveSearch(search)).toEqual(search);
  expect(readLiveSearch({ from: "end-x", fields: [1], find: 7 })).toEqual({});
});

it("reads what is to be produced, and which config is open", () => {
  expect(readProduceSearch({ again: "1-20", from: "file" })).toEqual({ again: "1-20", from: "file" });
  expect(readProduceSearch({ again: "x", from: "air" })).toEqual({});
  expect(readConfigsSearch({ find: "ms", config: "retention.ms" })).toEqual({
    find: "ms",
    config: "retention.ms",
  });
  expect(readConfigsSearch({ find: "", config: 1 })).toEqual({});
});
