import { describe, expect, it } from "vitest";

import { Ring } from "./ring";

describe("Ring", () => {
  it("keeps the newest items and lets the oldest go", () => {
    const ring = new Ring<number>(3);
    for (const item of [1, 2, 3, 4, 5]) ring.push(item);
    expect(ring.length).toBe(3);
    expect(ring.toArray()).toEqual([5, 4, 3]);
    expect(ring.newest(0)).toBe(5);
    expect(ring.newest(2)).toBe(3);
  });

  it("has nothing outside of what it holds", () => {
    const ring = new Ring<number>(4);
    ring.push(1);
    expect(ring.newest(1)).toBeUndefined();
    expect(ring.newest(-1)).toBeUndefined();
  });

  it("agrees with a plain list, whatever the capacity and the count", () => {
    for (let capacity = 1; capacity < 8; capacity += 1) {
      const ring = new Ring<number>(capacity);
      const list: number[] = [];
      for (let item = 0; item < 20; item += 1) {
        ring.push(item);
        list.unshift(item);
        expect(ring.toArray()).toEqual(list.slice(0, capacity));
      }
    }
  });

  it("starts anew after clear", () => {
    const ring = new Ring<number>(2);
    ring.push(1);
    ring.push(2);
    ring.clear();
    expect(ring.toArray()).toEqual([]);
    ring.push(3);
    expect(ring.toArray()).toEqual([3]);
  });

  it("refuses a capacity that holds nothing", () => {
    expect(() => new Ring(0)).toThrow(RangeError);
  });
});
