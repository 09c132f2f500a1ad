import {
  CONNECTING,
  step,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  type Phase,
} from "./connection.js";
import { LiveError } from "./errors.js";
import { wireHeader, wirePayload, type Payload, type Produced } from "./record.js";
import { Subscription, type Frame, type SubscribeOptions } from "./subscription.js";

// The service sends a heartbeat every few seconds; a silence this long is a dead connection.
const SILENCE_MS = 30_000;

/** What is used of a browser's `WebSocket`; Node has one from version 22 on. */
export interface SocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface ConnectOptions {
  /** For people who belong to several tenants. */
  clusterId?: string;
  /** A fresh ticket for every connection (see `ticketFor`); without it the page's session logs in. */
  ticket?: () => Promise<string>;
  onState?: (phase: Phase) => void;
  openSocket?: (url: string) => SocketLike;
  /** Reads a frame; give one that keeps long numbers if you need them. */
  parse?: (text: string) => unknown;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

export interface ProduceOptions {
  key?: Payload;
  value?: Payload;
  headers?: Record<string, string | Uint8Array | null>;
  partition?: number;
  /** Milliseconds since 1970; now if you do not say. */
  timestamp?: number;
}

type Delivery = { resolve: (produced: Produced) => void; reject: (error: LiveError) => void };

/** A socket to the service at `url` (`ws://host:port`; empty for the page's own). */
export function connect(url: string, options: ConnectOptions = {}): Live {
  return new Live(url.replace(/\/$/, ""), options);
}

/** One websocket, many subscriptions. Lost connections are made again by themselves. */
export class Live {
  private state: ConnectionState = CONNECTING;
  private socket: SocketLike | null = null;
  private isOpen = false;
  private numbers = 0;
  private lastError: string | null = null;
  private heardAt = 0;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private readonly watchdog: ReturnType<typeof setInterval>;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly deliveries = new Map<string, Delivery>();
  private unsent: string[] = [];

  constructor(
    private readonly url: string,
    private readonly options: ConnectOptions,
  ) {
    this.watchdog = setInterval(() => this.checkSilence(), SILENCE_MS / 3);
    void this.open();
  }

  get phase(): Phase {
    return this.state.phase;
  }

  subscribe(topic: string, options: SubscribeOptions = {}): Subscription {
    const id = `s${(this.numbers += 1)}`;
    const say = (message: object) => this.say(message);
    const subscription = new Subscription(id, topic, options, say, (gone) => this.forget(gone));
    this.subscriptions.set(id, subscription);
    if (this.phase.name === "ended") subscription.end(this.failure(this.phase));
    else this.say(subscription.opening());
    return subscription;
  }

  /**
   * Writes a record; resolves once it is on all in-sync replicas.
   *
   * @throws LiveError when it is refused. With code 1006 the connection was lost first: the record may
   * have been written or not.
   */
  produce(topic: string, record: ProduceOptions): Promise<Produced> {
    const id = `p${(this.numbers += 1)}`;
    return new Promise((resolve, reject) => {
      if (this.phase.name === "ended") {
        reject(this.failure(this.phase));
        return;
      }
      this.deliveries.set(id, { resolve, reject });
      const message = JSON.stringify({
        type: "produce",
        id,
        topic,
        partition: record.partition,
        key: wirePayload(record.key),
        value: wirePayload(record.value),
        headers: Object.entries(record.headers ?? {}).map(wireHeader),
        timestamp: record.timestamp,
      });
      if (this.isOpen) this.socket?.send(message);
      else this.unsent.push(message);
    });
  }

  /** Tries at once instead of after the back-off. */
  retryNow(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    this.dispatch({ type: "retry" });
  }

  /** Closes the socket for good. */
  close(): void {
    clearInterval(this.watchdog);
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    const socket = this.socket;
    this.socket = null;
    this.isOpen = false;
    socket?.close(1000);
    const reason = "The client was closed.";
    this.state = { phase: { name: "ended", code: 1000, reason }, attempts: 0 };
    this.endAll(new LiveError(1000, reason));
  }

  private say(message: object): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(message));
  }

  private forget(subscription: Subscription): void {
    if (!this.subscriptions.delete(subscription.id)) return;
    this.say({ type: "unsubscribe", id: subscription.id });
    subscription.end(new LiveError(1000, "unsubscribed"));
  }

  private dispatch(event: ConnectionEvent): void {
    const before = this.state.phase;
    const { state, effects } = step(this.state, event);
    this.state = state;
    if (state.phase.name === "ended") this.endAll(this.failure(state.phase));
    for (const effect of effects) this.carryOut(effect);
    if (state.phase !== before) this.options.onState?.(state.phase);
  }

  private carryOut(effect: ConnectionEffect): void {
    if (effect.type === "connect") {
      void this.open();
    } else {
      this.retry = setTimeout(() => this.dispatch({ type: "retry" }), effect.delay);
    }
  }

  private async open(): Promise<void> {
    const query = new URLSearchParams();
    if (this.options.clusterId) query.set("cluster_id", this.options.clusterId);
    if (this.options.ticket) {
      try {
        query.set("ticket", await this.options.ticket());
      } catch (error) {
        const final = error instanceof LiveError && !error.retryable;
        const reason = error instanceof Error ? error.message : String(error);
        this.dispatch({ type: "closed", code: final ? error.code : 1006, reason });
        return;
      }
      if (this.phase.name !== "connecting") return;
    }
    const openSocket = this.options.openSocket ?? ((url: string) => new WebSocket(url) as SocketLike);
    const asked = query.size > 0 ? `?${query}` : "";
    const socket = openSocket(`${this.url}/ws/v1/stream${asked}`);
    this.socket = socket;
    this.heardAt = this.now();
    socket.onopen = () => this.opened(socket);
    socket.onmessage = ({ data }: { data: unknown }) => this.hear(data);
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (this.socket === socket) this.lose(code, reason);
    };
  }

  private opened(socket: SocketLike): void {
    if (this.socket !== socket) return;
    this.isOpen = true;
    for (const subscription of this.subscriptions.values()) this.say(subscription.opening());
    for (const message of this.unsent.splice(0)) socket.send(message);
  }

  private lose(code: number, reason: string): void {
    this.socket = null;
    const wasOpen = this.isOpen;
    this.isOpen = false;
    for (const subscription of this.subscriptions.values()) subscription.lost();
    if (wasOpen) {
      const lost = "The connection was lost before the record was acknowledged.";
      for (const { reject } of this.deliveries.values()) reject(new LiveError(1006, lost, true));
      this.deliveries.clear();
    }
    this.dispatch({ type: "closed", code, reason: this.lastError ?? reason });
    this.lastError = null;
  }

  private hear(data: unknown): void {
    this.heardAt = this.now();
    const frame = this.frameOf(data);
    if (frame === null) return;
    if (frame.type === "ready" || frame.type === "produced") this.dispatch({ type: "works" });
    const delivery = frame.id === undefined ? undefined : this.deliveries.get(frame.id);
    if (delivery && frame.id !== undefined) {
      this.deliveries.delete(frame.id);
      this.settle(delivery, frame);
      return;
    }
    const subscription = frame.id === undefined ? undefined : this.subscriptions.get(frame.id);
    if (subscription) {
      if (frame.type === "bye") this.subscriptions.delete(subscription.id);
      subscription.hear(frame);
    } else if (frame.id === undefined && (frame.type === "error" || frame.type === "bye")) {
      this.lastError = String(frame.message ?? frame.reason ?? "");
    }
  }

  private settle(delivery: Delivery, frame: Frame): void {
    if (frame.type === "produced") {
      const { partition, offset, timestamp } = frame;
      delivery.resolve({ partition, offset, timestamp });
    } else {
      delivery.reject(new LiveError(frame.code, frame.message, frame.retryable));
    }
  }

  /** One frame; null for text that is none. */
  private frameOf(data: unknown): Frame | null {
    if (typeof data !== "string") return null;
    try {
      const frame = (this.options.parse ?? JSON.parse)(data) as Frame | null;
      return typeof frame?.type === "string" ? frame : null;
    } catch {
      return null;
    }
  }

  private checkSilence(): void {
    if (this.socket === null || this.now() - this.heardAt <= SILENCE_MS) return;
    const socket = this.socket;
    this.socket = null;
    socket.close();
    this.lose(1006, "The service went silent.");
  }

  private endAll(failure: LiveError): void {
    for (const subscription of [...this.subscriptions.values()]) subscription.end(failure);
    this.subscriptions.clear();
    for (const { reject } of this.deliveries.values()) reject(failure);
    this.deliveries.clear();
    this.unsent = [];
  }

  private failure(phase: { code: number; reason: string }): LiveError {
    return new LiveError(phase.code, phase.reason);
  }

  private now(): number {
    return this.options.now?.() ?? performance.now();
  }
}
