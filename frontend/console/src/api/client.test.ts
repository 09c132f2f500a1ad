import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiError, request } from "./client";

function answer(status: number, body: string): void {
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response(body || null, { status })),
  );
}

const refusal = (sent: Promise<unknown>) =>
  sent.then(
    () => null,
    (error: unknown) => error,
  );

afterEach(() => vi.unstubAllGlobals());

describe("request", () => {
  it("gives the service's own words and code", async () => {
    answer(404, '{"error_code": 40403, "message": "There is no topic x."}');
    const error = await refusal(request("GET", "/x"));
    expect(error).toMatchObject({ status: 404, code: 40403, message: "There is no topic x." });
    expect((error as ApiError).retriable).toBe(false);
  });

  it("makes sense of an answer that is not JSON", async () => {
    answer(502, "<html>bad gateway</html>");
    const error = await refusal(request("GET", "/x"));
    expect(error).toMatchObject({ status: 502 });
    expect((error as ApiError).message).toContain("502");
    expect((error as ApiError).retriable).toBe(true);
  });

  it("says so when nothing answers", async () => {
    vi.stubGlobal(
      "fetch",
      vi.fn(() => Promise.reject(new TypeError("Failed to fetch"))),
    );
    expect(await refusal(request("GET", "/x"))).toMatchObject({ status: 0 });
  });

  it("takes an empty answer for null", async () => {
    answer(204, "");
    expect(await request("DELETE", "/x")).toBeNull();
  });

  it("sends the CSRF token of the last answer with unsafe requests only", async () => {
    answer(401, '{"error_code": 40101, "message": "Sign in.", "csrf_token": "t1"}');
    await refusal(request("GET", "/session"));
    answer(200, "{}");
    await request("POST", "/x", { body: { a: 1 } });
    await request("GET", "/x");
    const sent = vi.mocked(fetch).mock.calls.map(([, init]) => init?.headers);
    expect(sent[0]).toMatchObject({ "X-CSRFToken": "t1", "Content-Type": "application/json" });
    expect(sent[1]).not.toHaveProperty("X-CSRFToken");
  });
});
