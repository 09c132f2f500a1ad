import { paths } from "../paths";
import type { StreamRecord } from "../records/record";
import type { Matcher } from "../records/search";
import {
  CREDIT_WINDOW,
  INITIAL,
  step,
  type LiveEffect,
  type LiveEvent,
  type LiveState,
} from "./machine";
import { parseFrame, type RecordsFrame } from "./protocol";
import { RateMeter } from "./rate";
import { TailBuffer } from "./tail";

/** Where a live page begins: what comes from now on, the last n of a partition, or all of it. */
export type TailStart = "latest" | "earliest" | `end-${number}`;

/** The browser's parts that a subscription needs; tests bring their own. */
export interface Surroundings {
  openSocket: (url: string) => WebSocket;
  /** Calls back before the next paint. */
  beforePaint: (callback: () => void) => number;
  cancelPaint: (handle: number) => void;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

const BROWSER: Surroundings = {
  openSocket: (url) => new WebSocket(url),
  beforePaint: (callback) => requestAnimationFrame(callback),
  cancelPaint: (handle) => cancelAnimationFrame(handle),
  now: () => performance.now(),
};

// The service sends a heartbeat every few seconds; a silence this long is a dead connection.
const SILENCE_MS = 30_000;
const LEFT_PAGE = 1000;

// Rows that change faster than this cost the page three times the work and show nothing more.
const VIEW_INTERVAL_MS = 48;

/**
 * A live tail of one topic: socket, credits, records and rates. Frames only fill an inbox; once
 * before each paint the inbox is emptied into the buffer and the credits go back; listeners are told
 * at most twenty times a second. A page in the background paints nothing, so it gives no credits and the service skips.
 */
export class Subscription {
  readonly tail = new TailBuffer();
  readonly rate = new RateMeter();
  skipped = 0;
  bytes = 0;

  private current: LiveState = INITIAL;
  private socket: WebSocket | null = null;
  private inbox: RecordsFrame[] = [];
  /** Whether the next count of skipped records covers a pause. */
  private pauseToSkip = false;
  /** By partition, the high watermark when its first records came. */
  private readonly backlogEnd = new Map<number, number>();
  private paint: number | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private watchdog: ReturnType<typeof setInterval> | null = null;
  private heardAt = 0;
  private announcedAt = -Infinity;
  private revision = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly cluster: string,
    private readonly topic: string,
    private readonly from: TailStart,
    private readonly around: Surroundings = BROWSER,
  ) {}

  get state(): LiveState {
    return this.current;
  }

  /** Opens the socket. @returns what closes it and forgets everything that was under way. */
  start(): () => void {
    this.current = INITIAL;
    this.open(null);
    this.watchdog = setInterval(() => this.checkSilence(), SILENCE_MS / 3);
    return () => this.stop();
  }

  pause(): void {
    this.pauseToSkip = true;
    this.dispatch({ type: "pause" });
  }

  resume(): void {
    this.dispatch({ type: "resume" });
  }

  /** Tries at once instead of after the back-off. */
  retryNow(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    this.dispatch({ type: "retry" });
  }

  setMatcher(matcher: Matcher | null): void {
    this.tail.setMatcher(matcher);
    this.announce();
  }

  clear(): void {
    this.tail.clear();
    this.announce();
  }

  /** For `useSyncExternalStore`: told at most twenty times a second. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getRevision = (): number => this.revision;

  private dispatch(event: LiveEvent): void {
    const { state, effects } = step(this.current, event);
    const changed = state.phase !== this.current.phase || state.paused !== this.current.paused;
    this.current = state;
    for (const effect of effects) this.carryOut(effect);
    if (changed) this.announce();
  }

  private carryOut(effect: LiveEffect): void {
    switch (effect.type) {
      case "connect":
        this.open(effect.cursor);
        break;
      case "send":
        this.socket?.send(JSON.stringify(effect.frame));
        break;
      case "wait":
        this.retry = setTimeout(() => this.dispatch({ type: "retry" }), effect.delay);
        break;
    }
  }

  private open(cursor: string | null): void {
    const query = new URLSearchParams({
      cluster_id: this.cluster,
      mode: "tail",
      credits: String(CREDIT_WINDOW),
    });
    if (cursor === null) query.set("from", this.from);
    else query.set("resume", cursor);
    const socket = this.around.openSocket(paths.live(this.topic, query));
    this.socket = socket;
    this.heardAt = this.around.now();
    socket.onmessage = ({ data }) => this.hear(data);
    socket.onclose = ({ code, reason }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.dispatch({ type: "closed", code, reason });
    };
  }

  private hear(data: unknown): void {
    this.heardAt = this.around.now();
    const frame = parseFrame(data);
    if (frame === null) return;
    this.dispatch({ type: "frame", frame });
    if (frame.type !== "records") return;
    this.inbox.push(frame);
    this.paint ??= this.around.beforePaint(() => this.flush());
  }

  private flush(): void {
    this.paint = null;
    const now = this.around.now();
    let consumed = 0;
    for (const frame of this.inbox) {
      this.tail.append(frame.records);
      this.skipped += frame.skipped;
      this.bytes += sizeOf(frame.records);
      this.rate.add(this.arrived(frame), now);
      consumed += frame.records.length;
    }
    this.inbox = [];
    if (consumed > 0) this.dispatch({ type: "consumed", records: consumed });
    if (now - this.announcedAt >= VIEW_INTERVAL_MS) this.announce();
    else this.paint = this.around.beforePaint(() => this.flush());
  }

  /**
   * How many records a frame says have come into the topic just now: the skipped ones came as well,
   * but not those of a whole pause, nor those that `end-N` asked to see again.
   */
  private arrived({ partition, records, highWatermark, skipped }: RecordsFrame): number {
    const came = records.length + (this.pauseToSkip ? 0 : skipped);
    if (!this.current.paused) this.pauseToSkip = false;
    if (!this.from.startsWith("end-")) return came;
    const seenAgain = this.backlogEnd.get(partition) ?? highWatermark;
    this.backlogEnd.set(partition, seenAgain);
    const last = records.at(-1);
    const isBacklog = last !== undefined && Number(last.offset) < seenAgain;
    return isBacklog ? 0 : came;
  }

  private checkSilence(): void {
    const silent = this.around.now() - this.heardAt > SILENCE_MS;
    if (!silent || this.socket === null) return;
    const socket = this.socket;
    this.socket = null;
    socket.close();
    this.dispatch({ type: "closed", code: 1006, reason: "The service went silent." });
  }

  private announce(): void {
    this.announcedAt = this.around.now();
    this.revision += 1;
    for (const listener of this.listeners) listener();
  }

  private stop(): void {
    if (this.paint !== null) this.around.cancelPaint(this.paint);
    if (this.retry !== null) clearTimeout(this.retry);
    if (this.watchdog !== null) clearInterval(this.watchdog);
    this.paint = this.retry = this.watchdog = null;
    this.inbox = [];
    const socket = this.socket;
    this.socket = null;
    socket?.close(LEFT_PAGE);
  }
}

function sizeOf(records: StreamRecord[]): number {
  let total = 0;
  for (const record of records) total += record.size ?? 0;
  return total;
}
