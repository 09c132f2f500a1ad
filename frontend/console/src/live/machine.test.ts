import { describe, expect, it } from "vitest";

import {
  CREDIT_WINDOW,
  INITIAL,
  step,
  type LiveEffect,
  type LiveEvent,
  type LiveState,
} from "./machine";
import type { RecordsFrame } from "./protocol";

function run(events: LiveEvent[], from: LiveState = INITIAL) {
  const effects: LiveEffect[] = [];
  const state = events.reduce((before, event) => {
    const after = step(before, event);
    effects.push(...after.effects);
    return after.state;
  }, from);
  return { state, effects };
}

const ready = (credits = CREDIT_WINDOW): LiveEvent => ({
  type: "frame",
  frame: { type: "ready", partitions: [0], credits },
});

function records(count: number, cursor: string | null = null): LiveEvent {
  const frame: RecordsFrame = {
    type: "records",
    partition: 0,
    records: Array.from({ length: count }, () => ({}) as never),
    highWatermark: 0,
    skipped: 0,
    cursor,
  };
  return { type: "frame", frame };
}

const lost = (code = 1006): LiveEvent => ({ type: "closed", code, reason: "" });

describe("a live subscription", () => {
  it("is live when the service is ready, and fills the window up", () => {
    const { state, effects } = run([ready(200)]);
    expect(state.phase.name).toBe("live");
    expect(state.credits).toBe(CREDIT_WINDOW);
    expect(effects).toEqual([
      { type: "send", frame: { type: "permit", records: CREDIT_WINDOW - 200 } },
    ]);
  });

  it("gives back exactly the credits of the records that were shown", () => {
    const { state, effects } = run([
      ready(),
      records(300),
      { type: "consumed", records: 200 },
      { type: "consumed", records: 100 },
    ]);
    expect(effects).toEqual([{ type: "send", frame: { type: "permit", records: 300 } }]);
    expect(state.credits + state.owed).toBe(CREDIT_WINDOW);
  });

  it("never holds more credits than the window, over any number of frames", () => {
    let state = run([ready()]).state;
    for (let round = 0; round < 200; round += 1) {
      const burst = Math.min(state.credits, (round * 37) % 120);
      state = run([records(burst), { type: "consumed", records: burst }], state).state;
      expect(state.credits + state.owed).toBe(CREDIT_WINDOW);
    }
  });

  it("owes nothing to a service that it has lost", () => {
    const { state, effects } = run([
      ready(),
      records(200),
      { type: "consumed", records: 200 },
      lost(),
      { type: "consumed", records: 100 },
    ]);
    expect(state.phase.name).toBe("waiting");
    expect(effects.filter(({ type }) => type === "send")).toEqual([]);
  });

  it("waits longer after each failure, up to a bound, and anew after success", () => {
    let state = INITIAL;
    const delays: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const { state: after, effects } = run([lost(), { type: "retry" }], state);
      delays.push(...effects.flatMap((effect) => (effect.type === "wait" ? [effect.delay] : [])));
      state = after;
    }
    expect(delays.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(Math.max(...delays)).toBe(15_000);
    const { effects } = run([ready(), lost()], state);
    expect(effects.at(-1)).toEqual({ type: "wait", delay: 500 });
  });

  it("goes on behind the last cursor after a reconnect", () => {
    const { effects } = run([ready(), records(1, "c7"), records(1), lost(), { type: "retry" }]);
    expect(effects.at(-1)).toEqual({ type: "connect", cursor: "c7" });
  });

  it.each([4400, 4401, 4403, 4404])("does not try again after close code %i", (code) => {
    const { state, effects } = run([
      { type: "frame", frame: { type: "error", code: "x", message: "No such topic." } },
      lost(code),
    ]);
    expect(state.phase).toEqual({ name: "ended", code, reason: "No such topic." });
    expect(effects).toEqual([]);
  });

  it.each([1001, 1006, 1013, 4429, 4500, 4508])("tries again after close code %i", (code) => {
    expect(run([ready(), lost(code)]).state.phase.name).toBe("waiting");
  });

  it("tells the service of pause and resume once each, and only while it is there", () => {
    const pause: LiveEvent = { type: "pause" };
    const resume: LiveEvent = { type: "resume" };
    const live = run([ready(), pause, pause, resume, resume]);
    expect(live.effects).toEqual([
      { type: "send", frame: { type: "pause" } },
      { type: "send", frame: { type: "resume" } },
    ]);
    expect(run([pause]).effects).toEqual([]);
  });

  it("stays paused over a reconnect", () => {
    const { state, effects } = run([
      ready(),
      { type: "pause" },
      lost(),
      { type: "retry" },
      ready(),
    ]);
    expect(state.paused).toBe(true);
    expect(effects.at(-1)).toEqual({ type: "send", frame: { type: "pause" } });
  });
});
