/** The text of a browser's field for a date with a time, which knows no time zone. */

const two = (part: number) => String(part).padStart(2, "0");

export function toLocalTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Milliseconds since 1970; null for text that is no time or lies before then. */
export function fromLocalTime(text: string): number | null {
  const at = Date.parse(text);
  return Number.isFinite(at) && at >= 0 ? at : null;
}
