/**
 * What a live subscription does, apart from doing it: `step` takes a state and an event and returns
 * the next state with the effects to carry out. No socket, timer or clock is in here.
 */

import type { ClientFrame, ServerFrame } from "./protocol";

/** How many records may be under way to this page: small keeps the tail fresh. */
export const CREDIT_WINDOW = 500;

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

export type Phase =
  | { name: "connecting" }
  | { name: "live" }
  /** Lost, and to be tried again after `delay` milliseconds. */
  | { name: "waiting"; delay: number; reason: string }
  /** Over for good: trying again would get the same answer. */
  | { name: "ended"; code: number; reason: string };

export interface LiveState {
  phase: Phase;
  /** The reader's wish, which outlives a reconnect. */
  paused: boolean;
  /** Failed attempts in a row. */
  attempts: number;
  /** Records that the service may still send. */
  credits: number;
  /** Records shown, whose credits have not been given back yet. */
  owed: number;
  /** Where to go on after a reconnect. */
  cursor: string | null;
  /** The service's last words, which tell more than a close code. */
  lastError: string | null;
}

export type LiveEvent =
  | { type: "frame"; frame: ServerFrame }
  | { type: "consumed"; records: number }
  | { type: "closed"; code: number; reason: string }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "retry" };

export type LiveEffect =
  | { type: "connect"; cursor: string | null }
  | { type: "send"; frame: ClientFrame }
  | { type: "wait"; delay: number };

export interface Step {
  state: LiveState;
  effects: LiveEffect[];
}

export const INITIAL: LiveState = {
  phase: { name: "connecting" },
  paused: false,
  attempts: 0,
  credits: 0,
  owed: 0,
  cursor: null,
  lastError: null,
};

export function step(state: LiveState, event: LiveEvent): Step {
  switch (event.type) {
    case "frame":
      return onFrame(state, event.frame);
    case "consumed":
      return onConsumed(state, event.records);
    case "closed":
      return onClosed(state, event.code, event.reason);
    case "pause":
      return onPause(state);
    case "resume":
      return onResume(state);
    case "retry":
      return connect(state);
  }
}

function onFrame(state: LiveState, frame: ServerFrame): Step {
  switch (frame.type) {
    case "ready": {
      const missing = Math.max(0, CREDIT_WINDOW - frame.credits);
      const effects: LiveEffect[] = [];
      if (state.paused) effects.push(send({ type: "pause" }));
      if (missing > 0) effects.push(send({ type: "permit", records: missing }));
      return {
        state: {
          ...state,
          phase: { name: "live" },
          attempts: 0,
          credits: frame.credits + missing,
          owed: 0,
          lastError: null,
        },
        effects,
      };
    }
    case "records":
      return quiet({
        ...state,
        credits: Math.max(0, state.credits - frame.records.length),
        cursor: frame.cursor ?? state.cursor,
      });
    case "error":
      return quiet({ ...state, lastError: frame.message });
    case "heartbeat":
      return quiet(state);
  }
}

/** Gives credits back in halves of the window, so that a frame's flush costs few messages. */
function onConsumed(state: LiveState, records: number): Step {
  const owed = state.owed + records;
  if (state.phase.name !== "live" || owed < CREDIT_WINDOW / 2) return quiet({ ...state, owed });
  return {
    state: { ...state, owed: 0, credits: state.credits + owed },
    effects: [send({ type: "permit", records: owed })],
  };
}

function onClosed(state: LiveState, code: number, reason: string): Step {
  const said = state.lastError || reason || wordsFor(code);
  if (isFinal(code)) return quiet({ ...state, phase: { name: "ended", code, reason: said } });
  const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** state.attempts);
  return {
    state: {
      ...state,
      phase: { name: "waiting", delay, reason: said },
      attempts: state.attempts + 1,
      credits: 0,
      owed: 0,
    },
    effects: [{ type: "wait", delay }],
  };
}

function onPause(state: LiveState): Step {
  if (state.paused) return quiet(state);
  return tellWhenLive({ ...state, paused: true }, { type: "pause" });
}

function onResume(state: LiveState): Step {
  if (!state.paused) return quiet(state);
  return tellWhenLive({ ...state, paused: false }, { type: "resume" });
}

function connect(state: LiveState): Step {
  if (state.phase.name === "live" || state.phase.name === "connecting") return quiet(state);
  return {
    state: { ...state, phase: { name: "connecting" } },
    effects: [{ type: "connect", cursor: state.cursor }],
  };
}

/** 44xx says that the request itself is refused; only a quota (4429) passes with time. */
function isFinal(code: number): boolean {
  return code >= 4400 && code < 4500 && code !== 4408 && code !== 4429;
}

function wordsFor(code: number): string {
  switch (code) {
    case 1006:
      return "The connection was lost.";
    case 1001:
    case 1012:
    case 1013:
      return "The service is restarting.";
    case 4429:
      return "The tenant's quota of live connections is used up.";
    case 4508:
      return "This page read too slowly.";
    default:
      return `The service closed the connection (code ${code}).`;
  }
}

const send = (frame: ClientFrame): LiveEffect => ({ type: "send", frame });
const quiet = (state: LiveState): Step => ({ state, effects: [] });
const tellWhenLive = (state: LiveState, frame: ClientFrame): Step => ({
  state,
  effects: state.phase.name === "live" ? [send(frame)] : [],
});
