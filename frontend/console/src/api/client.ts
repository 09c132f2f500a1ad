/** One way to speak to the service: JSON both ways, the session's cookie, errors as `ApiError`. */

import { parseJson, stringifyJson } from "../records/json";

/** A refusal by the service, or a service that could not be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number | string | null,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether the same request may succeed if it is sent again. */
  get retriable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

// The session's answers carry it, signed in or not; every unsafe request sends it back.
let csrfToken: string | null = null;

export function rememberCsrfToken(token: string | undefined): void {
  if (token) csrfToken = token;
}

const SAFE_METHODS = new Set(["GET", "HEAD"]);

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** How the answer's text is read; `parseWrittenJson` where there are records in it. */
  parse?: (text: string) => unknown;
}

/**
 * Sends one request and returns its decoded JSON body, `null` for an empty one.
 * @throws ApiError for every answer outside 200-299 and when no answer came.
 */
export async function request<T>(
  method: Method,
  path: string,
  { body, signal, parse = parseJson }: RequestOptions = {},
): Promise<T> {
  const sent = body === undefined ? undefined : stringifyJson(body);
  const { response, text } = await exchange(method, path, sent, signal);
  const answer = decode(text, parse);
  rememberCsrfToken(textField(answer, "csrf_token"));
  if (!response.ok) throw refusal(response, answer);
  return answer as T;
}

/**
 * Sends JSON objects in a row and returns the answers, of which there is one a line.
 * @throws ApiError as `request` does.
 */
export async function requestLines<T>(path: string, objects: string[]): Promise<T[]> {
  const { response, text } = await exchange("POST", path, objects.join("\n"), undefined);
  if (!response.ok) throw refusal(response, decode(text));
  return text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => parseJson(line) as T);
}

async function exchange(
  method: Method,
  path: string,
  body: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ response: Response; text: string }> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (!SAFE_METHODS.has(method) && csrfToken) headers["X-CSRFToken"] = csrfToken;
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body ?? null,
      signal: signal ?? null,
    });
    return { response, text: await response.text() };
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, null, "The service does not answer. Is it still running?");
  }
}

function decode(text: string, parse = parseJson): unknown {
  if (text === "") return null;
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function refusal(response: Response, answer: unknown): ApiError {
  const said =
    textField(answer, "message") ?? textField(answer, "detail") ?? textField(answer, "title");
  const code = field(answer, "error_code");
  return new ApiError(
    response.status,
    typeof code === "number" || typeof code === "string" ? code : null,
    said ?? `The service answered ${response.status} ${response.statusText}`.trim() + ".",
  );
}

function field(answer: unknown, name: string): unknown {
  if (typeof answer !== "object" || answer === null) return undefined;
  return (answer as Record<string, unknown>)[name];
}

function textField(answer: unknown, name: string): string | undefined {
  const found = field(answer, name);
  return typeof found === "string" && found !== "" ? found : undefined;
}
