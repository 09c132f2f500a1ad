import { describe, expect, it } from "vitest";

import { noticesOf, parseFrame, staleKeys, type AdminEvent } from "./event";

const event = (type: string, object: string, by: string | null = "ann"): AdminEvent => ({
  type,
  at: 1,
  object,
  by,
});

describe("parseFrame", () => {
  it("reads an event and where to go on", () => {
    const frame =
      '{"type":"topic.created","at":5,"object":"orders","by":"ann","detail":{},"cursor":"7"}';
    expect(parseFrame(frame)).toEqual({
      cursor: "7",
      event: { type: "topic.created", at: 5, object: "orders", by: "ann" },
      gap: false,
    });
  });

  it("tells events from other frames", () => {
    expect(parseFrame('{"type":"heartbeat"}')).toEqual({ cursor: null, event: null, gap: false });
    expect(parseFrame('{"type":"ready","cursor":3}')).toMatchObject({ cursor: "3", event: null });
    expect(parseFrame('{"type":"gap","cursor":"9"}')).toMatchObject({ cursor: "9", gap: true });
  });

  it.each([["nonsense"], ["null"], ["[]"], ['{"type":7}'], [new ArrayBuffer(1)]])(
    "%s is none",
    (data) => expect(parseFrame(data)).toBeNull(),
  );

  it("reads a broker's id, and that nobody did it", () => {
    const frame = '{"type":"broker.fenced","at":5,"object":2,"by":null}';
    expect(parseFrame(frame)?.event).toMatchObject({ object: "2", by: null });
  });
});

describe("staleKeys", () => {
  it("are those of what changed, and the audit log", () => {
    const stale = staleKeys([event("member.changed", "bob")]);
    expect([...stale].toSorted()).toEqual(["audit", "invitations", "members", "session"]);
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
