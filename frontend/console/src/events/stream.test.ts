import { describe, expect, it, vi } from "vitest";

import { EventStream } from "./stream";

class FakeSocket {
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: (closing: { code: number }) => void;
  close = vi.fn();
}

function stream() {
  const sockets: FakeSocket[] = [];
  const timers = new Map<number, { callback: () => void; delay: number }>();
  let next = 1;
  const listener = { onEvents: vi.fn(), onGap: vi.fn() };
  const urls: string[] = [];
  const made = new EventStream((cursor) => `/ws?${cursor}`, listener, {
    openSocket: (url) => {
      urls.push(url);
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    setTimer: (callback, delay) => {
      timers.set(next, { callback, delay });
      return next++;
    },
    clearTimer: (timer) => void timers.delete(timer),
  });
  const fire = () => {
    const [[id, { callback, delay }] = [0, { callback: () => {}, delay: -1 }]] = timers;
    timers.delete(id);
    callback();
    return delay;
  };
  return { made, sockets, urls, timers, listener, fire };
}

const frame = (object: string) => ({
  data: JSON.stringify({ type: "topic.created", at: 1, object, by: "ann" }),
});

describe("the stream of events", () => {
  it("tells events of one moment together", () => {
    const { made, sockets, listener, fire } = stream();
    made.start();
    sockets[0]!.onopen!();
    sockets[0]!.onmessage!(frame("a"));
    sockets[0]!.onmessage!({ data: '{"type":"heartbeat"}' });
    sockets[0]!.onmessage!(frame("b"));
    expect(listener.onEvents).not.toHaveBeenCalled();
    fire();
    expect(listener.onEvents).toHaveBeenCalledOnce();
    expect(listener.onEvents.mock.calls[0]![0]).toHaveLength(2);
  });

  it("comes back, waits longer each time, and goes on where it was", () => {
    const { made, sockets, urls, listener, fire } = stream();
    made.start();
    sockets[0]!.onopen!();
    sockets[0]!.onmessage!({ data: '{"type":"ready","cursor":"5"}' });
    sockets[0]!.onmessage!({ data: '{"type":"heartbeat"}' });
    sockets[0]!.onclose!({ code: 1006 });
    expect(fire()).toBe(1_000);
    sockets[1]!.onclose!({ code: 1006 });
    expect(fire()).toBe(2_000);
    sockets[2]!.onopen!();
    expect(urls).toEqual(["/ws?null", "/ws?5", "/ws?5"]);
    expect(listener.onGap).not.toHaveBeenCalled();
    sockets[2]!.onclose!({ code: 1001 });
    expect(fire()).toBe(1_000);
  });

  it("says when more was missed than is told again", () => {
    const { made, sockets, listener } = stream();
    made.start();
    sockets[0]!.onmessage!({ data: '{"type":"gap","cursor":"9"}' });
    expect(listener.onGap).toHaveBeenCalledOnce();
  });

  it("hands over what it has when the socket goes", () => {
    const { made, sockets, listener } = stream();
    made.start();
    sockets[0]!.onmessage!(frame("a"));
    sockets[0]!.onclose!({ code: 1006 });
    expect(listener.onEvents).toHaveBeenCalledOnce();
  });

  it.each([4401, 4403, 4404])("does not try again after %s", (code) => {
    const { made, sockets, timers } = stream();
    made.start();
    sockets[0]!.onclose!({ code });
    expect(timers.size).toBe(0);
  });

  it("stops for good", () => {
    const { made, sockets, timers } = stream();
    const stop = made.start();
    sockets[0]!.onmessage!(frame("a"));
    stop();
    sockets[0]!.onclose!({ code: 1000 });
    expect(timers.size).toBe(0);
    expect(sockets[0]!.close).toHaveBeenCalled();
  });
});
