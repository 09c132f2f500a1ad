/** What a person sent lately to a topic, kept in this browser only and until they sign out. */

import type { ProducedBody } from "../../../api/types";
import { HISTORY_PREFIX } from "../../../histories";
import { EMPTY_FORM, type RecordForm } from "./newRecord";

export interface Sent extends ProducedBody {
  form: RecordForm;
  /** Milliseconds since 1970. */
  at: number;
}

/** The part of `localStorage` that is used. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEPT = 20;
// A browser gives a site a few megabytes; one topic's history is to take little of them.
const CHARACTERS_MAX = 200_000;

export function historyName(login: string, cluster: string, topic: string): string {
  return `${HISTORY_PREFIX}${login}.${cluster}.${topic}`;
}

/** Newest first; what cannot be read is none. */
export function readHistory(shelf: Shelf, name: string): Sent[] {
  try {
    const read = JSON.parse(shelf.getItem(name) ?? "[]") as unknown;
    // Fields that a form did not have yet when it was kept are empty.
    return Array.isArray(read)
      ? read.filter(isSent).map((sent) => ({ ...sent, form: { ...EMPTY_FORM, ...sent.form } }))
      : [];
  } catch {
    return [];
  }
}

/** Puts `sent` in front and returns the new history, of which it keeps what has room. */
export function remember(shelf: Shelf, name: string, sent: Sent): Sent[] {
  const history = [sent, ...readHistory(shelf, name)].slice(0, KEPT);
  const kept = withinRoom(history);
  try {
    shelf.setItem(name, JSON.stringify(kept));
  } catch {
    // The browser has no room or keeps nothing for this site. The page still shows it.
  }
  return history;
}

function withinRoom(history: Sent[]): Sent[] {
  let room = CHARACTERS_MAX;
  return history.filter((sent) => (room -= JSON.stringify(sent).length) >= 0);
}

function isSent(entry: unknown): entry is Sent {
  if (typeof entry !== "object" || entry === null) return false;
  const { form, at, partition_id, offset } = entry as Partial<Sent>;
  return (
    typeof at === "number" &&
    typeof partition_id === "number" &&
    typeof offset === "number" &&
    typeof form?.key === "string" &&
    typeof form.value === "string" &&
    Array.isArray(form.headers)
  );
}
