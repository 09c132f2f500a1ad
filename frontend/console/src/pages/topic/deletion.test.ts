import { expect, it } from "vitest";

import { deletionBody, problemOfDeletion } from "./deletion";

it("names every partition when none is picked", () => {
  expect(deletionBody({ partitions: [], until: "end", offset: "" }, 2, true)).toEqual({
    partitions: [
      { partition_id: 0, before_offset: "high_watermark" },
      { partition_id: 1, before_offset: "high_watermark" },
    ],
    validate_only: true,
  });
});

it("keeps offsets exact and asks for one", () => {
  const deletion = { partitions: [3], until: "offset", offset: "9007199254740993" } as const;
  expect(deletionBody({ ...deletion, partitions: [3] }, 9, false)).toEqual({
    partitions: [{ partition_id: 3, before_offset: "9007199254740993" }],
    validate_only: false,
  });
  expect(problemOfDeletion({ ...deletion, partitions: [], offset: "" })).not.toBeNull();
});
