import { parseFrame, type AdminEvent } from "./event";

/** The browser's parts that a stream needs; tests bring their own. */
export interface Surroundings {
  openSocket: (url: string) => WebSocket;
  setTimer: (callback: () => void, delay: number) => number;
  clearTimer: (timer: number) => void;
}

const BROWSER: Surroundings = {
  openSocket: (url) => new WebSocket(url),
  setTimer: (callback, delay) => window.setTimeout(callback, delay),
  clearTimer: (timer) => window.clearTimeout(timer),
};

const GATHER_MS = 300;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** Refusals that another try would meet again: not signed in, not a member, no such thing. */
const FINAL_CODES = [4400, 4401, 4403, 4404];

interface Listener {
  /** Events of one moment, together. */
  onEvents: (events: AdminEvent[]) => void;
  /** Events were missed that are not told again. */
  onGap: () => void;
}

/** The socket of admin events. It comes back by itself, waiting longer after each failure. */
export class EventStream {
  private socket: WebSocket | null = null;
  private timer: number | null = null;
  private gathered: AdminEvent[] = [];
  private failures = 0;
  private cursor: string | null = null;

  constructor(
    /** The socket's address, after a cursor or from now on. */
    private readonly urlSince: (cursor: string | null) => string,
    private readonly listener: Listener,
    private readonly around: Surroundings = BROWSER,
  ) {}

  /** @returns what closes it. */
  start(): () => void {
    this.open();
    return () => this.stop();
  }

  private open(): void {
    const socket = this.around.openSocket(this.urlSince(this.cursor));
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
    };
    socket.onmessage = ({ data }) => this.hear(data);
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.deliver();
      if (!FINAL_CODES.includes(code)) this.retry();
    };
  }

  private hear(data: unknown): void {
    const frame = parseFrame(data);
    if (frame === null) return;
    this.cursor = frame.cursor ?? this.cursor;
    if (frame.gap) this.listener.onGap();
    if (frame.event === null) return;
    this.gathered.push(frame.event);
    // What a command does to a hundred topics is told at once, not a hundred times.
    this.timer ??= this.around.setTimer(() => this.deliver(), GATHER_MS);
  }

  private deliver(): void {
    if (this.timer !== null) this.around.clearTimer(this.timer);
    this.timer = null;
    const events = this.gathered;
    this.gathered = [];
    if (events.length > 0) this.listener.onEvents(events);
  }

  private retry(): void {
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.timer = this.around.setTimer(() => {
      this.timer = null;
      this.open();
    }, delay);
  }

  private stop(): void {
    if (this.timer !== null) this.around.clearTimer(this.timer);
    this.timer = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
  }
}
