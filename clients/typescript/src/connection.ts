/**
 * What a connection does, apart from doing it: `step` takes a state and an event and returns the next
 * state with the effects to carry out. No socket, timer or clock is in here.
 */

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

export type Phase =
  | { name: "connecting" }
  | { name: "live" }
  /** Lost, and to be tried again after `delay` milliseconds. */
  | { name: "waiting"; delay: number; reason: string }
  /** Over for good: trying again would get the same answer. */
  | { name: "ended"; code: number; reason: string };

export interface ConnectionState {
  phase: Phase;
  /** Failed attempts in a row. */
  attempts: number;
}

export type ConnectionEvent =
  /** A subscription is ready, or a record was written: it works. */
  | { type: "works" }
  | { type: "closed"; code: number; reason: string }
  | { type: "retry" };

export type ConnectionEffect = { type: "connect" } | { type: "wait"; delay: number };

export const CONNECTING: ConnectionState = { phase: { name: "connecting" }, attempts: 0 };

export function step(
  state: ConnectionState,
  event: ConnectionEvent,
): { state: ConnectionState; effects: ConnectionEffect[] } {
  const { phase, attempts } = state;
  switch (event.type) {
    case "works":
      if (phase.name === "live" && attempts === 0) return { state, effects: [] };
      return { state: { phase: { name: "live" }, attempts: 0 }, effects: [] };
    case "closed": {
      const reason = event.reason || wordsFor(event.code);
      if (isFinal(event.code)) {
        return { state: { phase: { name: "ended", code: event.code, reason }, attempts }, effects: [] };
      }
      const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
      return {
        state: { phase: { name: "waiting", delay, reason }, attempts: attempts + 1 },
        effects: [{ type: "wait", delay }],
      };
    }
    case "retry":
      if (phase.name !== "waiting" && phase.name !== "ended") return { state, effects: [] };
      return { state: { phase: { name: "connecting" }, attempts }, effects: [{ type: "connect" }] };
  }
}

/** 44xx says that the request itself is refused; only a limit (4429) passes with time. */
export function isFinal(code: number): boolean {
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
      return "Records were read too slowly.";
    default:
      return `The service closed the connection (code ${code}).`;
  }
}
