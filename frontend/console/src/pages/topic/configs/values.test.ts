import { describe, expect, it } from "vitest";

import type { ConfigBody } from "../../../api/topicTypes";
import { bodyOf, defaultOf, inWords, problemOfValue, stepsOf, warningOf, type Step } from "./values";

const config = (of: Partial<ConfigBody> = {}): ConfigBody => ({
  name: "retention.ms",
  value: "86400000",
  is_default: false,
  is_read_only: false,
  is_sensitive: false,
  source: "DYNAMIC_TOPIC_CONFIG",
  synonyms: [
    { name: "retention.ms", value: "86400000", source: "DYNAMIC_TOPIC_CONFIG" },
    { name: "log.retention.ms", value: "604800000", source: "DEFAULT_CONFIG" },
  ],
  type: "LONG",
  ...of,
});

const step = (name: string, from: string, to: string): Step => ({
  config: config({ name }),
  from,
  to,
  reset: false,
});

describe("values", () => {
  it.each([
    ["retention.ms", "604800000", "7 days"],
    ["retention.ms", "-1", "no limit"],
    ["segment.ms", "5400000", "about 1.5 hours"],
    ["flush.ms", "9223372036854775807", "no limit"],
    ["flush.messages", "9223372036854775807", "no limit"],
    ["segment.bytes", "1073741824", "1 GiB"],
    ["min.insync.replicas", "2", null],
    ["cleanup.policy", "delete", null],
  ])("reads %s=%s as %s", (name, value, words) => {
    expect(inWords(name, value)).toBe(words);
  });

  it("refuses what is no number or out of range, at 64 bits", () => {
    const long = config({ minimum: "-1", maximum: "9223372036854775807" });
    expect(problemOfValue(long, "9223372036854775807")).toBeNull();
    expect(problemOfValue(long, "9223372036854775808")).toMatch(/between/);
    expect(problemOfValue(long, "7d")).toMatch(/whole number/);
    expect(problemOfValue(config({ type: "DOUBLE" }), "")).not.toBeNull();
    expect(problemOfValue(config({ type: "BOOLEAN" }), "yes")).not.toBeNull();
    expect(problemOfValue({ ...long, accepts: "at most a day" }, "x")).toBe("It takes at most a day.");
  });
});

describe("changes", () => {
  const fresh = config({ name: "flush.ms", source: "DEFAULT_CONFIG", value: "1" });

  it("are what differs, and resets of what was set here", () => {
    const draft = new Map<string, string | null>([
      ["retention.ms", null],
      ["flush.ms", null],
    ]);
    const steps = stepsOf([config(), fresh], draft);
    expect(steps).toMatchObject([{ from: "86400000", to: "604800000", reset: true }]);
    expect(bodyOf(steps)).toEqual([{ name: "retention.ms", operation: "DELETE" }]);
    expect(stepsOf([config(), fresh], new Map([["flush.ms", "1"]]))).toEqual([]);
    expect(bodyOf(stepsOf([config(), fresh], new Map([["flush.ms", "2"]])))).toEqual([
      { name: "flush.ms", operation: "SET", value: "2" },
    ]);
  });

  it("find the default where the service says it", () => {
    expect(defaultOf(config())).toBe("604800000");
    expect(defaultOf(config({ default_value: "5" }))).toBe("5");
  });

  it.each([
    ["retention.ms", "-1", "1000", /deleted/],
    ["retention.bytes", "2000", "1000", /deleted/],
    ["cleanup.policy", "delete", "compact", /last record/],
    ["cleanup.policy", "compact", "compact,delete", /too old/],
    ["min.insync.replicas", "2", "1", /fewer/],
    ["flush", "fsync", "os", /power/],
  ])("warn when %s goes from %s to %s", (name, from, to, words) => {
    expect(warningOf(step(name, from, to))).toMatch(words);
  });

  it.each([
    ["retention.ms", "1000", "-1"],
    ["retention.ms", "1000", "2000"],
    ["min.insync.replicas", "1", "2"],
    ["segment.bytes", "2", "1"],
  ])("do not warn when %s goes from %s to %s", (name, from, to) => {
    expect(warningOf(step(name, from, to))).toBeNull();
  });
});
