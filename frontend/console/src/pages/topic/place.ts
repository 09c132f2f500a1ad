/** A place in a topic, and how pages of records lead away from it and back. Pure. */

import type { Direction, Scan, ScanStart } from "../../records/scan";

/** `newest`, `oldest`, `offset:5`, or `time:` and milliseconds since 1970. */
export type Place = "newest" | "oldest" | `offset:${string}` | `time:${string}`;

/** Null for what is no place. A bare number is an offset. */
export function readPlace(value: unknown): Place | null {
  if (typeof value === "number") return readPlace(`offset:${value}`);
  if (value === "newest" || value === "oldest") return value;
  if (typeof value !== "string" || !/^(offset|time):\d{1,19}$/.test(value)) return null;
  return value as Place;
}

/** The way that pages are read in when they lead on from a place. Newest first leads backward. */
export function onward(place: Place): Direction {
  return place === "newest" ? "backward" : "forward";
}

export function opposite(direction: Direction): Direction {
  return direction === "forward" ? "backward" : "forward";
}

export function startAt(place: Place): ScanStart {
  if (place === "newest") return { from: "latest" };
  if (place === "oldest") return { from: "earliest" };
  return { from: place.replace(/^time:/, "timestamp:") };
}

/** A page's position in the address. */
export interface Position {
  cursor: string;
  way: Direction;
}

/**
 * The position one page further on (`on`) or back, and null where there is none. `way` is the
 * direction in which the page before us was read.
 */
export function turn(
  page: Scan,
  place: Place,
  way: Direction,
  isFirst: boolean,
): { on: Position | null; back: Position | null } {
  const forth = onward(place);
  const readOnward = way === forth;
  const ended = page.state === "at-end";
  const onCursor = readOnward ? page.next : page.previous;
  const backCursor = readOnward ? page.previous : page.next;
  const nothingBefore = isFirst && (place === "newest" || place === "oldest");
  return {
    on: onCursor === null || (readOnward && ended) ? null : { cursor: onCursor, way: forth },
    back:
      backCursor === null || (!readOnward && ended) || nothingBefore
        ? null
        : { cursor: backCursor, way: opposite(forth) },
  };
}

/** The records in the order of the list, whichever way they were read. */
export function inListOrder<Item>(records: Item[], place: Place, way: Direction): Item[] {
  return way === onward(place) ? records : records.toReversed();
}
