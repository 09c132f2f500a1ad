/** Keys pressed one after the other, such as `g` and then `t`. */

export interface Pressed {
  /** Keys so far, joined by spaces. */
  keys: string;
  /** When the last of them was pressed, milliseconds. */
  at: number;
}

export const NOTHING_PRESSED: Pressed = { keys: "", at: 0 };

const PATIENCE_MS = 1_500;

/** What follows from one more key: which chord is complete, if any, and what is pressed then. */
export function press(
  chords: ReadonlySet<string>,
  before: Pressed,
  key: string,
  now: number,
): { pressed: Pressed; chord: string | null } {
  const waiting = before.keys !== "" && now - before.at <= PATIENCE_MS;
  for (const keys of waiting ? [`${before.keys} ${key}`, key] : [key]) {
    if (chords.has(keys)) return { pressed: NOTHING_PRESSED, chord: keys };
    if ([...chords].some((chord) => chord.startsWith(`${keys} `))) {
      return { pressed: { keys, at: now }, chord: null };
    }
  }
  return { pressed: NOTHING_PRESSED, chord: null };
}
