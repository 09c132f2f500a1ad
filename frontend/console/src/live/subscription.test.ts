import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Subscription, type TailStart } from "./subscription";

class Socket {
  sent: unknown[] = [];
  closed: number | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code = 1005): void {
    this.closed = code;
  }
  /** The service lets it in and says that the subscription is ready. */
  open(): void {
    this.onopen?.();
    this.say(READY);
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify({ id: "s1", ...frame }) });
  }
}

/** A browser whose frames and clock move by hand. */
class Page {
  sockets: Socket[] = [];
  time = 0;
  private frames: (() => void)[] = [];

  subscribe(from: TailStart = "latest", filter = ""): Subscription {
    return new Subscription("lkc-1", "flights", from, filter, {
      openSocket: (url) => {
        const socket = new Socket(url);
        this.sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      beforePaint: (callback) => this.frames.push(callback),
      cancelPaint: () => this.frames.splice(0),
      now: () => this.time,
    });
  }

  get socket(): Socket {
    return this.sockets.at(-1)!;
  }

  paint(): void {
    this.time += 100;
    for (const frame of this.frames.splice(0)) frame();
  }
}

const READY = { type: "ready", id: "s1", topic: "flights", partitions: [0], credits: 500 };

function records(count: number, first: number, highWatermark: number, skipped = 0) {
  return {
    type: "records",
    partition: 0,
    records: Array.from({ length: count }, (_, index) => ({
      offset: String(first + index),
      timestamp: 1,
      key: null,
      value: { type: "json", data: { index } },
      headers: [["carrier", "UA"]],
      size: 10,
    })),
    high_watermark: String(highWatermark),
    skipped,
    cursor: `c${first + count}`,
  };
}

describe("Subscription", () => {
  let page: Page;
  beforeEach(() => {
    vi.useFakeTimers();
    page = new Page();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("asks for the tail of its topic in its cluster", () => {
    page.subscribe("end-20").start();
    expect(page.socket.url).toBe("/ws/v1/stream?cluster_id=lkc-1");
    page.socket.open();
    expect(page.socket.sent).toEqual([
      {
        type: "subscribe",
        id: "s1",
        topic: "flights",
        mode: "tail",
        from: "end-20",
        credits: 500,
      },
    ]);
  });

  it("has the service filter, and tells what that has looked at", () => {
    const subscription = page.subscribe("earliest", "value.n > 3");
    subscription.start();
    page.socket.open();
    expect(page.socket.sent).toMatchObject([{ type: "subscribe", filter: "value.n > 3" }]);
    expect(subscription.progress).toBeNull();
    const listener = vi.fn();
    subscription.subscribe(listener);
    page.socket.say({ type: "progress", scanned: 70, matched: 2, failed: 1, bytes: 9, cursor: "c" });
    expect(subscription.progress).toEqual({ scanned: 70, matched: 2, failed: 1, bytes: 9 });
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("ends with the service's words when the filter is none", () => {
    const subscription = page.subscribe("latest", "value.n >");
    subscription.start();
    page.socket.onopen?.();
    page.socket.say({ type: "error", code: 4400, message: "At column 10.", retryable: false });
    expect(subscription.state.phase).toEqual({ name: "ended", code: 4400, reason: "At column 10." });
  });

  it("shows records and gives credits back only when the page paints", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    for (let frame = 0; frame < 4; frame += 1) {
      page.socket.say(records(100, frame * 100, frame * 100 + 100, 5));
    }
    expect(subscription.tail.received).toBe(0);
    expect(page.socket.sent).toHaveLength(1);

    page.paint();
    expect(subscription.tail.received).toBe(400);
    expect(subscription.skipped).toBe(20);
    expect(subscription.bytes).toBe(4_000);
    expect(page.socket.sent.slice(1)).toEqual([{ type: "permit", id: "s1", records: 400 }]);
  });

  it("tells its listeners once for many frames", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    const listener = vi.fn();
    subscription.subscribe(listener);
    for (let frame = 0; frame < 50; frame += 1) page.socket.say(records(1, frame, frame + 1));
    page.paint();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("leaves records that are only seen again out of the rate", () => {
    const subscription = page.subscribe("end-20");
    subscription.start();
    page.socket.open();
    page.socket.say(records(20, 80, 100));
    page.paint();
    expect(subscription.rate.history(page.time + 1_000)).toEqual([0]);
    page.socket.say(records(3, 100, 103));
    page.paint();
    expect(subscription.rate.history(page.time + 1_000)).toEqual([3]);
  });

  it("leaves what came in during a pause out of the rate", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    subscription.pause();
    subscription.resume();
    page.socket.say(records(2, 9_000, 9_002, 8_000));
    page.socket.say(records(2, 9_010, 9_012, 8));
    page.paint();
    expect(subscription.skipped).toBe(8_008);
    expect(subscription.rate.history(page.time + 1_000)).toEqual([12]);
  });

  it("tells bytes in headers from text", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    const frame = records(1, 0, 1);
    const headers = [
      ["a", "x"],
      ["b", "/w==", "base64"],
      ["c", null],
    ];
    page.socket.say({ ...frame, records: [{ ...frame.records[0], headers }] });
    page.paint();
    expect(subscription.tail.visible.newest(0)?.record.headers).toEqual([
      { name: "a", value: { kind: "text", text: "x" } },
      { name: "b", value: { kind: "bytes", bytes: Uint8Array.of(255) } },
      { name: "c", value: null },
    ]);
  });

  it("reconnects after a loss and goes on behind what it has", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    page.socket.say(records(1, 41, 42));
    page.socket.onclose?.({ code: 1006, reason: "" });
    expect(subscription.state.phase.name).toBe("waiting");
    vi.advanceTimersByTime(500);
    expect(page.sockets).toHaveLength(2);
    page.socket.onopen?.();
    expect(page.socket.sent).toMatchObject([{ type: "subscribe", resume: "c42", credits: 500 }]);
  });

  it("gives up a connection that has gone silent", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    page.time += 60_000;
    vi.advanceTimersByTime(10_000);
    expect(page.sockets[0]!.closed).not.toBeNull();
    expect(subscription.state.phase.name).toBe("waiting");
  });

  it("does nothing more once it is stopped", () => {
    const subscription = page.subscribe();
    const stop = subscription.start();
    const first = page.socket;
    first.open();
    first.say(records(1, 0, 1));
    stop();
    page.paint();
    first.onclose?.({ code: 1006, reason: "" });
    vi.advanceTimersByTime(60_000);
    expect(first.closed).toBe(1000);
    expect(subscription.tail.received).toBe(0);
    expect(page.sockets).toHaveLength(1);
  });

  it("survives frames that are none", () => {
    const subscription = page.subscribe();
    subscription.start();
    for (const data of ["", "{", "null", "[]", '{"type":"later"}', "7"]) {
      page.socket.onmessage?.({ data });
    }
    page.socket.open();
    expect(subscription.state.phase.name).toBe("live");
  });

  it("tells the service of a pause once, and again after a reconnect", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    subscription.pause();
    subscription.pause();
    expect(page.socket.sent.slice(1)).toEqual([{ type: "pause", id: "s1" }]);
    page.socket.onclose?.({ code: 1006, reason: "" });
    vi.advanceTimersByTime(500);
    page.socket.open();
    expect(subscription.state.paused).toBe(true);
    expect(page.socket.sent.slice(1)).toEqual([{ type: "pause", id: "s1" }]);
  });

  it("stops for good, with the service's words, when the topic is gone", () => {
    const subscription = page.subscribe();
    subscription.start();
    page.socket.open();
    page.socket.say({ type: "bye", code: 4404, reason: "No such topic.", cursor: null });
    expect(subscription.state.phase).toEqual({
      name: "ended",
      code: 4404,
      reason: "No such topic.",
    });
    subscription.retryNow();
    expect(page.sockets).toHaveLength(2);
    expect(subscription.state.phase.name).toBe("connecting");
  });
});
