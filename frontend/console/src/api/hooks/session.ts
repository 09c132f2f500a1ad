import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { forgetHistories } from "../../histories";
import { paths } from "../../paths";
import { ApiError, request } from "../client";
import type { SessionBody } from "../types";

export type Session =
  | { kind: "anonymous" }
  | { kind: "member"; user: SessionBody["user"]; tenants: SessionBody["tenants"] };

export const SESSION_KEY = ["session"] as const;

/** Who is signed in. Nobody is an answer here, not an error. */
async function readSession(signal?: AbortSignal): Promise<Session> {
  try {
    return toSession(await request<SessionBody>("GET", paths.session, { signal }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return { kind: "anonymous" };
    throw error;
  }
}

export function toSession({ user, tenants }: SessionBody): Session {
  return { kind: "member", user, tenants };
}

export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => readSession(signal),
    staleTime: 60_000,
  });
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationKey: ["sign-in"],
    mutationFn: (credentials: { login: string; password: string }) =>
      request<SessionBody>("POST", paths.session, { body: credentials }),
    onSuccess: (body) => queries.setQueryData<Session>(SESSION_KEY, toSession(body)),
  });
}

/** The person's own password; their other sessions end. */
export function useChangePassword() {
  return useMutation({
    mutationFn: (passwords: { current: string; new: string }) =>
      request<null>("PUT", paths.password, { body: passwords }),
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => request<null>("DELETE", paths.session),
    onSuccess: () => {
      queries.setQueryData<Session>(SESSION_KEY, { kind: "anonymous" });
      // Nothing of one person's may be left for the next one at this browser.
      forgetHistories();
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
    },
  });
}
