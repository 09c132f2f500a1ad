/** One line of a field: enough to tell records apart, never all of a large one. */

import { hexText } from "./hex";
import { isJsonObject as isObject, WrittenNumber } from "./json";
import type { Field } from "./record";

export type TokenKind = "name" | "text" | "number" | "word" | "mark";

export interface Token {
  kind: TokenKind;
  text: string;
}

// Longer text than a wide screen shows would only cost time on every frame.
const PREVIEW_CHARACTERS = 200;
const PREVIEW_BYTES = 48;

/** Which fields of a JSON object to show, in this order; none named means all. */
export type Picked = readonly string[];

const ALL: Picked = [];

export function previewTokens(field: Field | null, picked: Picked = ALL): Token[] {
  if (field === null) return [{ kind: "word", text: "null" }];
  switch (field.kind) {
    case "text":
      return [{ kind: "text", text: oneLine(field.text) }];
    case "bytes":
      return [{ kind: "mark", text: hexText(field.bytes.subarray(0, PREVIEW_BYTES)) }];
    case "json": {
      const writer = new TokenWriter(PREVIEW_CHARACTERS);
      if (picked.length > 0 && isObject(field.value)) writePicked(writer, field.value, picked);
      else writeValue(writer, field.value);
      return writer.tokens;
    }
  }
}

/** The names that the objects among these fields have, in the order they are first met. */
export function fieldNames(fields: Iterable<Field | null>): string[] {
  const names = new Set<string>();
  for (const field of fields) {
    if (field?.kind !== "json" || !isObject(field.value)) continue;
    for (const name of Object.keys(field.value)) names.add(name);
  }
  return [...names];
}

export function previewText(field: Field | null): string {
  return previewTokens(field)
    .map((token) => token.text)
    .join("");
}

class TokenWriter {
  readonly tokens: Token[] = [];

  constructor(private left: number) {}

  get full(): boolean {
    return this.left <= 0;
  }

  write(kind: TokenKind, text: string): void {
    if (this.full) return;
    const shown = text.slice(0, this.left);
    this.left -= shown.length;
    // Neighbours of one kind share an element: fewer nodes to draw.
    const last = this.tokens.at(-1);
    if (last?.kind === kind) last.text += shown;
    else this.tokens.push({ kind, text: shown });
    if (this.full) this.tokens.push({ kind: "mark", text: "…" });
  }
}

function writeValue(writer: TokenWriter, value: unknown): void {
  if (Array.isArray(value)) writeArray(writer, value);
  else if (value === null || typeof value === "boolean") writer.write("word", String(value));
  else if (value instanceof WrittenNumber) writer.write("number", value.text);
  else if (isObject(value)) writeObject(writer, value);
  else if (typeof value === "number" || typeof value === "bigint")
    writer.write("number", String(value));
  else writer.write("text", JSON.stringify(value) ?? "null");
}

function writeArray(writer: TokenWriter, items: unknown[]): void {
  writer.write("mark", "[");
  for (const [index, item] of items.entries()) {
    if (writer.full) return;
    if (index > 0) writer.write("mark", ", ");
    writeValue(writer, item);
  }
  writer.write("mark", "]");
}

function writePicked(writer: TokenWriter, object: Record<string, unknown>, picked: Picked): void {
  for (const name of picked) {
    if (writer.full) return;
    if (!Object.hasOwn(object, name)) continue;
    writer.write("name", name);
    writer.write("mark", " ");
    writeValue(writer, object[name]);
    writer.write("mark", "  ");
  }
}

function writeObject(writer: TokenWriter, object: Record<string, unknown>): void {
  writer.write("mark", "{");
  let first = true;
  for (const name in object) {
    if (writer.full) return;
    if (!first) writer.write("mark", ", ");
    first = false;
    writer.write("name", name);
    writer.write("mark", ": ");
    writeValue(writer, object[name]);
  }
  writer.write("mark", "}");
}

function oneLine(text: string): string {
  const cut = text.slice(0, PREVIEW_CHARACTERS).replace(/\s+/g, " ");
  return text.length > PREVIEW_CHARACTERS ? `${cut}…` : cut;
}
