import { describe, expect, it } from "vitest";

import { noticesOf, parseEvent, staleKeys, type AdminEvent } from "./event";

const event = (type: string, object: string, by: string | null = "ann"): AdminEvent => ({
  type,
  at: 1,
  object,
  by,
});

describe("parseEvent", () => {
  it("reads an event", () => {
    const frame = '{"type":"topic.created","at":5,"object":"orders","by":"ann","detail":{}}';
    expect(parseEvent(frame)).toEqual({
      type: "topic.created",
      at: 5,
      object: "orders",
      by: "ann",
    });
  });

  it.each([
    ['{"type":"heartbeat"}'],
    ["nonsense"],
    ["null"],
    ["[]"],
    ['{"type":7}'],
    [new ArrayBuffer(1)],
  ])("%s is none", (data) => expect(parseEvent(data)).toBeNull());

  it("reads a broker's id, and that nobody did it", () => {
    expect(parseEvent('{"type":"broker.fenced","at":5,"object":2,"by":null}')).toMatchObject({
      object: "2",
      by: null,
    });
  });
});

describe("staleKeys", () => {
  it("are those of what changed, and the audit log", () => {
    const stale = staleKeys([event("member.changed", "bob")]);
    expect([...stale].toSorted()).toEqual(["audit", "members", "session"]);
    expect(staleKeys([event("topic.deleted", "t"), event("broker.fenced", "1")])).toContain("cell");
  });
});

describe("noticesOf", () => {
  it("does not repeat what this person did", () => {
    expect(noticesOf([event("topic.created", "a", "me")], "me")).toEqual([]);
  });

  it("says many of a kind in one", () => {
    const many = ["a", "b", "c", "d", "e"].map((name) => event("topic.created", name));
    expect(noticesOf(many, "me")).toEqual([
      { title: "5 topics created", message: "a, b, c and 2 more, by ann", tone: "plain" },
    ]);
  });

  it("names nobody where several or none did it", () => {
    const mixed = [event("key.revoked", "k1"), event("key.revoked", "k2", "bob")];
    expect(noticesOf(mixed, "me")[0]?.message).toBe("k1, k2");
    expect(noticesOf([event("broker.fenced", "2", null)], "me")).toEqual([
      { title: "Broker not answering", message: "broker 2", tone: "bad" },
    ]);
  });

  it("is silent about types that it does not know", () => {
    expect(noticesOf([event("moon.risen", "x")], "me")).toEqual([]);
  });
});
