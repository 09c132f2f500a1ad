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

export interface RequestOptions {
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/**
 * Sends one request and returns its decoded JSON body, `null` for an empty one.
 * @throws ApiError for every answer outside 200-299 and when no answer came.
 */
export async function request<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  { body, signal }: RequestOptions = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (!SAFE_METHODS.has(method) && csrfToken) headers["X-CSRFToken"] = csrfToken;

  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : stringifyJson(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, null, "The service does not answer. Is it still running?");
  }

  const answer = decode(await response.text());
  rememberCsrfToken(textField(answer, "csrf_token"));
  if (!response.ok) throw refusal(response, answer);
  return answer as T;
}

function decode(text: string): unknown {
  if (text === "") return null;
  try {
    return parseJson(text);
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
