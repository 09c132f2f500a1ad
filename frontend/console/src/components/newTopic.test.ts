import { describe, expect, it } from "vitest";

import { EMPTY_TOPIC, newTopic, problemOfConfigs, problemOfName } from "./newTopic";

describe("a new topic", () => {
  it.each(["flights", "a.b-c_D9", "x".repeat(249)])("may be called %s", (name) => {
    expect(problemOfName(name)).toBeNull();
  });

  it.each(["", ".", "..", "../x", "a b", "ü", "x".repeat(250)])("cannot be called %s", (name) => {
    expect(problemOfName(name)).not.toBeNull();
  });

  it("carries its configs with Kafka's names", () => {
    const body = newTopic({
      ...EMPTY_TOPIC,
      name: "t",
      partitions: "6",
      retention: "-1",
      configs: " max.message.bytes = 2097152 \n\ncompression.type=zstd\n",
    });
    expect(body).toEqual({
      topic_name: "t",
      partitions_count: 6,
      configs: [
        { name: "retention.ms", value: "-1" },
        { name: "max.message.bytes", value: "2097152" },
        { name: "compression.type", value: "zstd" },
      ],
    });
  });

  it("names the line that is no config", () => {
    expect(problemOfConfigs("a=1\nnonsense")).toContain("nonsense");
    expect(problemOfConfigs("a=")).toBeNull();
  });
});
