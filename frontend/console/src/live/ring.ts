/** The newest `capacity` items; an older one makes room without moving the others. */
export class Ring<Item> {
  private slots: (Item | undefined)[] = [];
  private next = 0;
  private count = 0;

  constructor(readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`A ring holds at least one item, not ${capacity}.`);
    }
  }

  get length(): number {
    return this.count;
  }

  push(item: Item): void {
    this.slots[this.next] = item;
    this.next = (this.next + 1) % this.capacity;
    if (this.count < this.capacity) this.count += 1;
  }

  /** The item `age` places behind the newest one, which has age 0. */
  newest(age: number): Item | undefined {
    if (age < 0 || age >= this.count) return undefined;
    return this.slots[(this.next - 1 - age + this.capacity) % this.capacity];
  }

  /** A copy, newest first. */
  toArray(): Item[] {
    return Array.from({ length: this.count }, (_, age) => this.newest(age) as Item);
  }

  clear(): void {
    this.slots = [];
    this.next = 0;
    this.count = 0;
  }
}
