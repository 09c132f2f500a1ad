import { useEffect, useRef } from "react";

import { NOTHING_PRESSED, press } from "./chords";

/** Listens for chords outside of text fields and dialogs. */
export function useChords(chords: ReadonlyMap<string, () => void>): void {
  const pressed = useRef(NOTHING_PRESSED);
  const current = useRef(chords);
  current.current = chords;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      const known = new Set(current.current.keys());
      const next = press(known, pressed.current, event.key, event.timeStamp);
      pressed.current = next.pressed;
      if (next.chord === null) return;
      event.preventDefault();
      current.current.get(next.chord)?.();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

/** Whether a key belongs to what somebody types or to an open dialog. */
function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][aria-modal="true"]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
