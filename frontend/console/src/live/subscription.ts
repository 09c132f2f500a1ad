import {
  connect,
  type Live,
  type LiveError,
  type Phase,
  type Progress,
  type RecordsFrame,
  type Subscription as Feed,
} from "@headwater/live";

import { parseJson } from "../records/json";
import type { StreamRecord } from "../records/record";
import type { Matcher } from "../records/search";
import { toRecord } from "./protocol";
import { RateMeter } from "./rate";
import { TailBuffer } from "./tail";

/** Where a live page begins: what comes from now on, the last n of a partition, or all of it. */
export type TailStart = "latest" | "earliest" | `end-${number}`;

export interface TailState {
  phase: Phase;
  /** The reader's wish, which outlives a reconnect. */
  paused: boolean;
}

const INITIAL: TailState = { phase: { name: "connecting" }, paused: false };

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

/** How many records may be under way to this page: small keeps the tail fresh. */
export const CREDIT_WINDOW = 500;

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

  /** The page shows the whole story: of the connection until the subscription itself has ended. */
  private current: TailState = INITIAL;
  private live: Live | null = null;
  private feed: Feed | null = null;
  private inbox: RecordsFrame[] = [];
  /** Whether the next count of skipped records covers a pause. */
  private pauseToSkip = false;
  /** By partition, the high watermark when its first records came. */
  private readonly backlogEnd = new Map<number, number>();
  private paint: number | null = null;
  private announcedAt = -Infinity;
  private revision = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly cluster: string,
    private readonly topic: string,
    private readonly from: TailStart,
    /** CEL that the service runs over every record; empty for all of them. */
    readonly filter = "",
    private readonly around: Surroundings = BROWSER,
  ) {}

  /** What the filter has looked at since the connection was made; null before it has told. */
  get progress(): Progress | null {
    return this.feed?.progress ?? null;
  }

  get state(): TailState {
    return this.current;
  }

  /** Opens the socket. @returns what closes it and forgets everything that was under way. */
  start(): () => void {
    this.become(INITIAL);
    this.connect();
    return () => this.stop();
  }

  pause(): void {
    this.pauseToSkip = true;
    this.feed?.pause();
    this.become({ ...this.current, paused: true });
  }

  resume(): void {
    this.feed?.resume();
    this.become({ ...this.current, paused: false });
  }

  /** Tries at once instead of after the back-off, or anew after the end. */
  retryNow(): void {
    if (this.current.phase.name !== "ended") {
      this.live?.retryNow();
      return;
    }
    this.live?.close();
    this.become({ ...this.current, phase: { name: "connecting" } });
    this.connect();
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

  private connect(): void {
    const cursor = this.feed?.cursor ?? null;
    const live = connect("", {
      clusterId: this.cluster,
      openSocket: this.around.openSocket,
      now: this.around.now,
      parse: parseJson,
      onState: (phase) => {
        // "Live" is said by the subscription, once it is ready too.
        if (live === this.live && phase.name !== "live") this.become({ ...this.current, phase });
      },
    });
    this.live = live;
    this.feed = live.subscribe(this.topic, {
      mode: "tail",
      start: this.from,
      ...(this.filter === "" ? {} : { filter: this.filter }),
      ...(cursor === null ? {} : { resume: cursor }),
      window: CREDIT_WINDOW,
      onRecords: (frame) => this.take(frame),
      onProgress: () => this.announce(),
      onChange: (failure) => live === this.live && this.changed(failure),
    });
    if (this.current.paused) this.feed.pause();
  }

  private changed(failure: LiveError | null): void {
    const phase: Phase =
      failure === null
        ? { name: "live" }
        : { name: "ended", code: failure.code, reason: failure.message };
    this.become({ ...this.current, phase });
  }

  private become(state: TailState): void {
    const changed = state.phase !== this.current.phase || state.paused !== this.current.paused;
    this.current = state;
    if (changed) this.announce();
  }

  private take(frame: RecordsFrame): void {
    this.inbox.push(frame);
    this.paint ??= this.around.beforePaint(() => this.flush());
  }

  private flush(): void {
    this.paint = null;
    const now = this.around.now();
    let consumed = 0;
    for (const frame of this.inbox) {
      const records = frame.records.map((record) => toRecord(frame.partition, record));
      this.tail.append(records);
      this.skipped += frame.skipped;
      this.bytes += sizeOf(records);
      this.rate.add(this.arrived(frame), now);
      consumed += frame.records.length;
    }
    this.inbox = [];
    if (consumed > 0) this.feed?.consumed(consumed);
    if (now - this.announcedAt >= VIEW_INTERVAL_MS) this.announce();
    else this.paint = this.around.beforePaint(() => this.flush());
  }

  /**
   * How many records a frame says have come into the topic just now: the skipped ones came as well,
   * but not those of a whole pause, nor those that `end-N` asked to see again.
   */
  private arrived(frame: RecordsFrame): number {
    const { partition, records, skipped } = frame;
    const came = records.length + (this.pauseToSkip ? 0 : skipped);
    if (!this.current.paused) this.pauseToSkip = false;
    if (!this.from.startsWith("end-")) return came;
    const seenAgain = this.backlogEnd.get(partition) ?? Number(frame.high_watermark);
    this.backlogEnd.set(partition, seenAgain);
    const last = records.at(-1);
    const isBacklog = last !== undefined && Number(last.offset) < seenAgain;
    return isBacklog ? 0 : came;
  }

  private announce(): void {
    this.announcedAt = this.around.now();
    this.revision += 1;
    for (const listener of this.listeners) listener();
  }

  private stop(): void {
    if (this.paint !== null) this.around.cancelPaint(this.paint);
    this.paint = null;
    this.inbox = [];
    const live = this.live;
    this.live = null;
    this.feed = null;
    live?.close();
  }
}

function sizeOf(records: StreamRecord[]): number {
  let total = 0;
  for (const record of records) total += record.size ?? 0;
  return total;
}
