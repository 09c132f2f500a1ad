import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { connect, LiveError, type ConnectOptions, type Live } from "@headwater/live";

class Socket {
  sent: any[] = [];
  closed = false;
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  lose(code = 1006, reason = ""): void {
    this.onclose?.({ code, reason });
  }
}

const record = (offset: number) => ({
  offset: String(offset),
  timestamp: 1,
  key: null,
  value: { type: "string", data: `v${offset}` },
  headers: [],
  size: 2,
});

const records = (id: string, first: number, count: number, partition = 0) => ({
  type: "records",
  id,
  partition,
  records: Array.from({ length: count }, (_, index) => record(first + index)),
  high_watermark: "99",
  skipped: 0,
  cursor: `c${first + count}`,
});

describe("the client of live sockets", () => {
  let sockets: Socket[];
  let live: Live;
  const socket = () => sockets.at(-1)!;

  function open(options: ConnectOptions = {}): Live {
    live = connect("ws://service", {
      openSocket: (url) => {
        sockets.push(new Socket(url));
        return socket();
      },
      now: () => 0,
      ...options,
    });
    return live;
  }

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
  });
  afterEach(() => {
    live.close();
    vi.useRealTimers();
  });

  it("gives out records in order and their credits back in halves of the window", async () => {
    const feed = open().subscribe("t", { window: 4 });
    socket().onopen?.({});
    socket().say({ type: "ready", id: "s1" });
    socket().say(records("s1", 0, 3));
    const values = [];
    for await (const each of feed) {
      values.push(each.value);
      if (values.length === 3) break;
    }
    expect(values).toEqual(["v0", "v1", "v2"]);
    expect(socket().sent.slice(1)).toEqual([
      { type: "permit", id: "s1", records: 2 },
      { type: "unsubscribe", id: "s1" },
    ]);
  });

  it("goes on behind the last record after a loss, counting what still waits here", () => {
    open().subscribe("t", { window: 10, start: "earliest" });
    socket().onopen?.({});
    socket().say({ type: "ready", id: "s1" });
    socket().say(records("s1", 5, 3));
    socket().lose();
    vi.advanceTimersByTime(500);
    socket().onopen?.({});
    expect(socket().sent).toEqual([
      { type: "subscribe", id: "s1", topic: "t", mode: "lossless", resume: "c8", credits: 7 },
    ]);
  });

  it("waits longer after each failure, up to a bound, and anew after success", () => {
    const delays: number[] = [];
    open({ onState: (phase) => phase.name === "waiting" && delays.push(phase.delay) });
    for (let attempt = 0; attempt < 9; attempt += 1) {
      socket().lose();
      vi.advanceTimersByTime(15_000);
    }
    expect(delays.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(Math.max(...delays)).toBe(15_000);
    live.subscribe("t");
    socket().onopen?.({});
    socket().say({ type: "ready", id: "s1" });
    socket().lose();
    expect(delays.at(-1)).toBe(500);
  });

  it.each([4400, 4401, 4403, 4404])("does not try again after close code %i", async (code) => {
    const feed = open().subscribe("t");
    socket().onopen?.({});
    socket().say({ type: "bye", code, reason: "No." });
    socket().lose(code);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(live.phase).toEqual({ name: "ended", code, reason: "No." });
    await expect(live.produce("t", {})).rejects.toBeInstanceOf(LiveError);
    expect(feed.failure?.code).toBe(code);
  });

  it.each([1001, 1006, 1013, 4429, 4503, 4508])("tries again after close code %i", (code) => {
    open();
    socket().lose(code);
    expect(live.phase.name).toBe("waiting");
  });

  it("confirms what is written, and says when nobody knows", async () => {
    open();
    const early = live.produce("t", { value: { a: 1 }, key: Uint8Array.of(255) });
    socket().onopen?.({});
    expect(socket().sent[0]).toMatchObject({
      type: "produce",
      id: "p1",
      key: { type: "base64", data: "/w==" },
      value: { type: "json", data: { a: 1 } },
    });
    socket().say({ type: "produced", id: "p1", partition: 2, offset: "7", timestamp: 5 });
    expect(await early).toEqual({ partition: 2, offset: "7", timestamp: 5 });
    const refused = live.produce("t", {});
    socket().say({ type: "error", id: "p2", code: 4404, message: "No topic.", retryable: false });
    await expect(refused).rejects.toMatchObject({ code: 4404, retryable: false });
    const unknown = live.produce("t", {});
    socket().lose();
    await expect(unknown).rejects.toMatchObject({ code: 1006 });
  });

  it("asks for a ticket for every connection", async () => {
    let tickets = 0;
    open({ ticket: () => Promise.resolve(`t${(tickets += 1)}`) });
    await vi.advanceTimersByTimeAsync(0);
    expect(socket().url).toBe("ws://service/ws/v1/stream?ticket=t1");
    socket().lose();
    await vi.advanceTimersByTimeAsync(500);
    expect(socket().url).toBe("ws://service/ws/v1/stream?ticket=t2");
  });

  it("lets a partition go once what was taken of it is committed", async () => {
    const feed = open().subscribe("t", { group: "g" });
    socket().onopen?.({});
    socket().say({ type: "ready", id: "s1" });
    socket().say({ type: "assigned", id: "s1", partitions: { "0": "0", "1": "0" } });
    socket().say(records("s1", 0, 2, 0));
    socket().say(records("s1", 0, 1, 1));
    const reader = feed[Symbol.asyncIterator]();
    expect((await reader.next()).value).toMatchObject({ partition: 0, offset: "0" });
    socket().say({ type: "rebalance", id: "s1", revoking: { "0": "2" }, seconds: 5 });
    const committed = feed.commit();
    expect(socket().sent.at(-1)).toEqual({ type: "commit", id: "s1", offsets: { "0": "1" } });
    socket().say({ type: "committed", id: "s1", offsets: { "0": "1" } });
    await committed;
    expect(socket().sent.at(-1)).toEqual({ type: "release", id: "s1" });
    socket().say({ type: "revoked", id: "s1", partitions: [0], lost: false });
    expect([...feed.assigned]).toEqual([1]);
    expect((await reader.next()).value).toMatchObject({ partition: 1, offset: "0" });
  });
});
