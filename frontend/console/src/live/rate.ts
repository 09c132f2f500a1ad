const SECOND = 1_000;

/** Counts by second over the last minute. Times are milliseconds of a clock that never goes back. */
export class RateMeter {
  static readonly SPAN = 60;

  private readonly counts = new Float64Array(RateMeter.SPAN + 1);
  private current: number | null = null;
  private first: number | null = null;

  add(count: number, now: number): void {
    this.advance(now);
    const slot = this.slot(Math.floor(now / SECOND));
    this.counts[slot] = (this.counts[slot] ?? 0) + count;
  }

  /** Per second, over the last `seconds` whole seconds, or over those there have been. */
  rate(now: number, seconds = 3): number {
    this.advance(now);
    const second = Math.floor(now / SECOND);
    const whole = Math.min(seconds, second - (this.first ?? second));
    if (whole === 0) return this.counts[this.slot(second)] ?? 0;
    let total = 0;
    for (let age = 1; age <= whole; age += 1) total += this.counts[this.slot(second - age)] ?? 0;
    return total / whole;
  }

  /** The last whole seconds, oldest first: `SPAN` figures, or fewer while it is younger. */
  history(now: number): number[] {
    this.advance(now);
    const second = Math.floor(now / SECOND);
    const length = Math.min(RateMeter.SPAN, second - (this.first ?? second));
    return Array.from(
      { length },
      (_, index) => this.counts[this.slot(second - length + index)] ?? 0,
    );
  }

  /** Empties the seconds in which nothing came. */
  private advance(now: number): void {
    const second = Math.floor(now / SECOND);
    if (this.current === null) {
      this.current = this.first = second;
      return;
    }
    const steps = Math.min(second - this.current, this.counts.length);
    for (let age = 0; age < steps; age += 1) this.counts[this.slot(second - age)] = 0;
    this.current = Math.max(this.current, second);
  }

  private slot(second: number): number {
    return ((second % this.counts.length) + this.counts.length) % this.counts.length;
  }
}
