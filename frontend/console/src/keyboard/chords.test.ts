import { describe, expect, it } from "vitest";

import { NOTHING_PRESSED, press, type Pressed } from "./chords";

const CHORDS = new Set(["g t", "g g", "?"]);

function typed(...keys: [string, number][]): (string | null)[] {
  let pressed: Pressed = NOTHING_PRESSED;
  return keys.map(([key, now]) => {
    const next = press(CHORDS, pressed, key, now);
    pressed = next.pressed;
    return next.chord;
  });
}

describe("chords", () => {
  it("take one key or two", () => {
    expect(typed(["?", 0], ["g", 10], ["t", 20])).toEqual(["?", null, "g t"]);
  });

  it("may begin with the key that they end with", () => {
    expect(typed(["g", 0], ["g", 10], ["t", 20])).toEqual([null, "g g", null]);
  });

  it("forget a first key after a while", () => {
    expect(typed(["g", 0], ["t", 5_000])).toEqual([null, null]);
  });

  it("begin anew after a key that leads nowhere", () => {
    expect(typed(["g", 0], ["x", 10], ["t", 20], ["g", 30], ["t", 40])).toEqual([
      null,
      null,
      null,
      null,
      "g t",
    ]);
    expect(typed(["g", 0], ["?", 10])).toEqual([null, "?"]);
  });
});
