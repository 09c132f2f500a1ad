import type { Points } from "./plot";

/** Points as the page itself sees them come, over the last `span` milliseconds. */
export class LiveSeries {
  times: number[] = [];
  private rows: Points[] = [];

  constructor(private readonly span: number) {}

  /** Several at one time are one point, the last. Times never go back. */
  add(time: number, row: Points): void {
    if (this.times.at(-1) === time) {
      this.rows[this.rows.length - 1] = row;
      return;
    }
    const kept = this.times.findIndex((each) => each >= time - this.span);
    const from = kept < 0 ? this.times.length : kept;
    this.times = [...this.times.slice(from), time];
    this.rows = [...this.rows.slice(from), row];
  }

  line(index: number): Points {
    return this.rows.map((row) => row[index] ?? null);
  }
}
