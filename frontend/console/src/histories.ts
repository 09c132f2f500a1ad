/** Begins the name of everything in `localStorage` that must not outlast a person's session. */
export const HISTORY_PREFIX = "headwater.history.";

export function forgetHistories(): void {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(HISTORY_PREFIX)) localStorage.removeItem(name);
  }
}
