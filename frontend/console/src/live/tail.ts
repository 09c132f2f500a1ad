import { Ring } from "./ring";
import type { StreamRecord } from "../records/record";
import type { Matcher } from "../records/search";

export interface TailEntry {
  /** Counts every record of this page, in the order of arrival. */
  sequence: number;
  record: StreamRecord;
}

/** Memory stays bounded, whatever comes: 5,000 records of 1 KB are about 15 MB. */
export const TAIL_CAPACITY = 5_000;

/**
 * The newest records, and those of them that the filter lets through. A filter is run over what is
 * held once, when it is set; after that every record is looked at once, on arrival.
 */
export class TailBuffer {
  private readonly all = new Ring<TailEntry>(TAIL_CAPACITY);
  private matching: Ring<TailEntry> = this.all;
  private matcher: Matcher | null = null;
  private sequence = 0;

  /** Records that came, matching or not. */
  get received(): number {
    return this.sequence;
  }

  get held(): number {
    return this.all.length;
  }

  /** Milliseconds since 1970 of the record that came last, null before one with a time came. */
  get newestTimestamp(): number | null {
    return this.all.newest(0)?.record.timestamp ?? null;
  }

  /** What the page shows. */
  get visible(): Ring<TailEntry> {
    return this.matching;
  }

  append(records: StreamRecord[]): void {
    for (const record of records) {
      const entry = { sequence: this.sequence++, record };
      this.all.push(entry);
      if (this.matcher?.(record)) this.matching.push(entry);
    }
  }

  setMatcher(matcher: Matcher | null): void {
    this.matcher = matcher;
    if (matcher === null) {
      this.matching = this.all;
      return;
    }
    this.matching = new Ring<TailEntry>(TAIL_CAPACITY);
    for (let age = this.all.length - 1; age >= 0; age -= 1) {
      const entry = this.all.newest(age);
      if (entry && matcher(entry.record)) this.matching.push(entry);
    }
  }

  clear(): void {
    this.all.clear();
    this.matching.clear();
  }
}
