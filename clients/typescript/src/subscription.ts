import { LiveError } from "./errors.js";
import { recordOf, type LiveRecord, type Progress, type RecordsFrame } from "./record.js";

export interface SubscribeOptions {
  /** `lossless` (the default) stands still when you are slow; `tail` skips to the newest and counts. */
  mode?: "tail" | "lossless";
  start?: "latest" | "earliest" | `end-${number}` | `offset:${number}` | `timestamp:${number}`;
  /** A `cursor` of before; stronger than `start`. */
  resume?: string;
  partitions?: number[];
  filter?: string;
  group?: string;
  keyFormat?: "auto" | "json" | "utf8" | "base64";
  valueFormat?: "auto" | "json" | "utf8" | "base64";
  maxValueBytes?: number;
  /** How many records may be under way to you; 1,000 if you do not say. */
  window?: number;
  /** Takes frames as they come instead of `for await`; give credits back with `consumed`. */
  onRecords?: (frame: RecordsFrame) => void;
  /** Hears what the filter has done, about once a second. */
  onProgress?: (progress: Progress) => void;
  /** It is ready (again), or over: `failure` says why. */
  onChange?: (failure: LiveError | null) => void;
}

type Say = (message: object) => void;
type Waiter = { resolve: () => void; reject: (error: LiveError) => void };
type Commit = {
  resolve: (offsets: Record<string, string>) => void;
  reject: (error: LiveError) => void;
};
export type Frame = { type: string; id?: string } & Record<string, any>;

/**
 * One subscription. It lives through lost connections: without a group it goes on behind the last
 * record that came, and none is lost or repeated; with one it goes on behind the last commit.
 */
export class Subscription implements AsyncIterable<LiveRecord> {
  /** Records that `tail` has let pass since the beginning. */
  skipped = 0;
  /** Behind the last record that came. */
  cursor: string | null = null;
  progress: Progress | null = null;
  /** Partitions that the group has given to this subscription. */
  readonly assigned = new Set<number>();
  isReady = false;
  isPaused = false;
  failure: LiveError | null = null;

  private readonly window: number;
  private owed = 0;
  private records: LiveRecord[] = [];
  private waiter: Waiter | null = null;
  private readonly taken = new Map<number, bigint>();
  private readonly committed = new Map<number, bigint>();
  private readonly releasing = new Set<number>();
  private commits: Commit[] = [];

  constructor(
    readonly id: string,
    readonly topic: string,
    private readonly options: SubscribeOptions,
    private readonly say: Say,
    private readonly forget: (subscription: Subscription) => void,
  ) {
    this.window = options.window ?? 1_000;
  }

  // --- for its user ------------------------------------------------------------------------------

  async *[Symbol.asyncIterator](): AsyncIterator<LiveRecord> {
    try {
      for (;;) {
        const record = this.records.shift();
        if (record !== undefined) {
          this.taken.set(record.partition, BigInt(record.offset) + 1n);
          this.consumed(1);
          yield record;
          continue;
        }
        if (this.failure !== null) throw this.failure;
        await new Promise<void>((resolve, reject) => (this.waiter = { resolve, reject }));
      }
    } finally {
      this.unsubscribe();
    }
  }

  /** That many records of `onRecords` are done with; as many more may come. */
  consumed(records: number): void {
    this.owed += records;
    if (!this.isReady || this.owed < this.window / 2) return;
    this.say({ type: "permit", id: this.id, records: this.owed });
    this.owed = 0;
  }

  /** No records until `resume`; in mode `tail` they are skipped, and counted. Outlives a reconnect. */
  pause(): void {
    if (!this.isPaused && this.isReady) this.say({ type: "pause", id: this.id });
    this.isPaused = true;
  }

  resume(): void {
    if (this.isPaused && this.isReady) this.say({ type: "resume", id: this.id });
    this.isPaused = false;
  }

  /**
   * Commits for the group: what `for await` has given out, or `offsets`, the next to read by partition.
   *
   * @throws LiveError when a partition has gone to another member, or the connection is lost.
   */
  commit(offsets?: Record<number, string>): Promise<Record<string, string>> {
    const own = [...this.taken].filter(([partition]) => this.assigned.has(partition));
    const wanted = offsets ?? Object.fromEntries(own.map(([p, offset]) => [p, String(offset)]));
    if (Object.keys(wanted).length === 0) return Promise.resolve({});
    return new Promise((resolve, reject) => {
      this.commits.push({ resolve, reject });
      this.say({ type: "commit", id: this.id, offsets: wanted });
    });
  }

  unsubscribe(): void {
    this.forget(this);
  }

  // --- for its socket ----------------------------------------------------------------------------

  /** The message that (again) opens it. */
  opening(): object {
    const { options } = this;
    this.owed = 0;
    const message: Record<string, unknown> = {
      type: "subscribe",
      id: this.id,
      topic: this.topic,
      mode: options.mode ?? "lossless",
      from: options.start,
      resume: options.resume,
      partitions: options.partitions,
      filter: options.filter,
      group: options.group,
      key_format: options.keyFormat,
      value_format: options.valueFormat,
      max_value_bytes: options.maxValueBytes,
      credits: this.window,
    };
    if (options.group !== undefined) {
      this.letGo();
    } else if (this.cursor !== null) {
      delete message.from;
      message.resume = this.cursor;
      message.credits = Math.max(0, this.window - this.records.length);
    }
    return message;
  }

  lost(): void {
    this.isReady = false;
    if (this.options.group !== undefined) this.letGo();
    this.failCommits(new LiveError(1006, "The connection was lost.", true));
  }

  end(failure: LiveError): void {
    this.failure ??= failure;
    this.isReady = false;
    this.failCommits(failure);
    this.waiter?.reject(failure);
    this.waiter = null;
    this.options.onChange?.(failure);
  }

  hear(frame: Frame): void {
    switch (frame.type) {
      case "ready":
        this.isReady = true;
        if (this.isPaused) this.say({ type: "pause", id: this.id });
        this.options.onChange?.(null);
        break;
      case "records":
        this.take(frame as unknown as RecordsFrame);
        break;
      case "progress":
        this.progress = {
          scanned: frame.scanned,
          matched: frame.matched,
          failed: frame.failed,
          bytes: frame.bytes,
        };
        this.cursor = frame.cursor;
        this.options.onProgress?.(this.progress);
        break;
      case "assigned":
        for (const partition of Object.keys(frame.partitions)) this.assigned.add(Number(partition));
        break;
      case "rebalance":
        for (const partition of Object.keys(frame.revoking)) this.releasing.add(Number(partition));
        this.drop(this.releasing);
        this.releaseWhenCommitted();
        break;
      case "revoked":
        this.revoke(new Set<number>(frame.partitions));
        break;
      case "committed":
        for (const [partition, offset] of Object.entries(frame.offsets)) {
          this.committed.set(Number(partition), BigInt(offset as string));
        }
        this.commits.shift()?.resolve(frame.offsets);
        this.releaseWhenCommitted();
        break;
      case "error":
        this.complain(new LiveError(frame.code, frame.message, frame.retryable));
        break;
      case "bye":
        this.end(new LiveError(frame.code ?? 1000, frame.reason));
        break;
    }
  }

  /** Of a group: what was not committed comes again, perhaps to another member. */
  private letGo(): void {
    this.records = [];
    this.taken.clear();
    this.committed.clear();
    this.releasing.clear();
    this.assigned.clear();
  }

  private take(frame: RecordsFrame): void {
    this.skipped += frame.skipped;
    this.cursor = frame.cursor;
    if (this.options.onRecords) {
      this.options.onRecords(frame);
      return;
    }
    for (const wire of frame.records) this.records.push(recordOf(this.topic, frame.partition, wire));
    this.waiter?.resolve();
    this.waiter = null;
  }

  private releaseWhenCommitted(): void {
    if (this.releasing.size === 0) return;
    for (const partition of this.releasing) {
      if ((this.committed.get(partition) ?? 0n) < (this.taken.get(partition) ?? 0n)) return;
    }
    this.releasing.clear();
    this.say({ type: "release", id: this.id });
  }

  private revoke(partitions: Set<number>): void {
    this.drop(partitions);
    for (const partition of partitions) {
      this.assigned.delete(partition);
      this.taken.delete(partition);
      this.committed.delete(partition);
      this.releasing.delete(partition);
    }
  }

  private drop(partitions: ReadonlySet<number>): void {
    const kept = this.records.filter(({ partition }) => !partitions.has(partition));
    this.owed += this.records.length - kept.length;
    this.records = kept;
  }

  private complain(error: LiveError): void {
    const commit = this.commits.shift();
    if (commit) commit.reject(error);
    else if (!this.isReady && !error.retryable) this.end(error);
  }

  private failCommits(failure: LiveError): void {
    for (const { reject } of this.commits.splice(0)) reject(failure);
  }
}
