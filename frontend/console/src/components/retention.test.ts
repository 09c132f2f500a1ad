import { expect, it } from "vitest";

import { retentionWords } from "./retention";

it.each([
  ["delete", 604_800_000, -1, "7 days"],
  ["delete", 3_600_000, 1_073_741_824, "1 hour or 1 GiB"],
  ["delete", -1, -1, "for ever"],
  ["compact", 604_800_000, -1, "newest of each key"],
  ["compact,delete", 604_800_000, -1, "7 days, compacted"],
])("%s with %i ms and %i bytes keeps records %s", (cleanup_policy, ms, bytes, words) => {
  expect(retentionWords({ cleanup_policy, retention_ms: ms, retention_bytes: bytes })).toBe(words);
});
