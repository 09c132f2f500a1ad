/**
 * JSON whose whole numbers stay what they were. Kafka's records are full of 64-bit ids, and
 * `JSON.parse` rounds everything past 2^53; here such a number becomes a `bigint`, which
 * `stringifyJson` writes as the number it was.
 */

const LONG_NUMBER = /\d{16}/;
const NUMBER_TO_KEEP = /\d[.eE]|-0|\d{16}/;
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;

const STRING_OR_NUMBER =
  /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]|\s*:)/g;
const WHOLE = /^-?[1-9]\d*$/;

// Random, so that no record can hold a string that passes for a number.
const MARK = `number ${crypto.randomUUID()} `;
const MARKED = new RegExp(`"${MARK}([-+.\\deE]+)"`, "g");

/** A number that JavaScript would write otherwise, as `4.50` or `1e3`, or not hold at all. */
export class WrittenNumber {
  constructor(readonly text: string) {}
}

/** @throws SyntaxError as `JSON.parse` does. */
export function parseJson(text: string): unknown {
  // Nearly all texts have no long number, and the plain parser is ten times as fast.
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as unknown;
  const marked = text.replace(STRING_OR_LONG_NUMBER, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  ) as unknown;
}

/**
 * `parseJson` that keeps every number as it was written: one that would not come back the same is a
 * `bigint` or a `WrittenNumber`. For what a record holds; the service's own figures are to count with.
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseWrittenJson(text: string): unknown {
  if (!NUMBER_TO_KEEP.test(text)) return JSON.parse(text) as unknown;
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? kept(value.slice(MARK.length)) : value,
  ) as unknown;
}

function kept(written: string): bigint | WrittenNumber {
  return WHOLE.test(written) ? BigInt(written) : new WrittenNumber(written);
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !(value instanceof WrittenNumber);
}

export function stringifyJson(value: unknown, indent?: number): string {
  let marks = false;
  const text = JSON.stringify(
    value,
    (_, part: unknown) => {
      const written = part instanceof WrittenNumber ? part.text : part;
      if (typeof part !== "bigint" && written === part) return part;
      marks = true;
      return `${MARK}${String(written)}`;
    },
    indent,
  ) as string | undefined;
  if (text === undefined) return "null";
  return marks ? text.replace(MARKED, "$1") : text;
}
