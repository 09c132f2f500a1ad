/** Invitations: those of a tenant, those of who is signed in, and the one of a code. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { paths } from "../../paths";
import type { Answer, Item } from "../answers";
import { request } from "../client";
import type { ListBody, SessionBody } from "../types";
import { SESSION_KEY, toSession, type Session } from "./session";

export type InvitationBody = Item<"/api/v1/tenants/{tenant}/invitations">;
/** The one answer that carries the code. */
export type IssuedInvitationBody = Answer<"/api/v1/tenants/{tenant}/invitations", "post">;
export type OwnInvitationBody = Item<"/api/v1/session/invitations">;
export type ShownInvitationBody = Answer<"/api/v1/invitation", "post">;
type AcceptedBody = Answer<"/api/v1/session/invitations", "post">;

const invitationsKey = (tenant: string) => ["invitations", tenant] as const;
const OWN_KEY = ["own-invitations"] as const;

export function useInvitations(tenant: string, enabled: boolean) {
  return useQuery({
    queryKey: invitationsKey(tenant),
    queryFn: async ({ signal }) =>
      (await request<ListBody<InvitationBody>>("GET", paths.invitations(tenant), { signal })).data,
    enabled,
  });
}

export function useInvite(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { login: string; role: string }) =>
      request<IssuedInvitationBody>("POST", paths.invitations(tenant), { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: invitationsKey(tenant) }),
  });
}

export function useWithdraw(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (login: string) => request<null>("DELETE", paths.invitation(tenant, login)),
    onSettled: () => queries.invalidateQueries({ queryKey: invitationsKey(tenant) }),
  });
}

/** The tenants that whoever is signed in is invited into. */
export function useOwnInvitations() {
  return useQuery({
    queryKey: OWN_KEY,
    queryFn: async ({ signal }) =>
      (await request<ListBody<OwnInvitationBody>>("GET", paths.ownInvitations, { signal })).data,
    staleTime: 60_000,
  });
}

/**
 * Accepts by the tenant's name, or by a code; then `onAccepted`, also when what was clicked has gone
 * by then.
 */
export function useAccept(onAccepted: (accepted: AcceptedBody) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (which: { tenant: string } | { code: string }) =>
      request<AcceptedBody>("POST", paths.ownInvitations, { body: which }),
    onSuccess: async (accepted) => {
      await queries.invalidateQueries({ queryKey: SESSION_KEY });
      onAccepted(accepted);
      await queries.invalidateQueries({ queryKey: OWN_KEY });
    },
  });
}

export function useDecline() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (tenant: string) => request<null>("DELETE", paths.ownInvitation(tenant)),
    onSettled: () => queries.invalidateQueries({ queryKey: OWN_KEY }),
  });
}

/** What the invitation of a code is for. The code travels in the body: addresses are in logs. */
export function useShownInvitation(code: string) {
  return useQuery({
    queryKey: ["invitation", code],
    queryFn: ({ signal }) =>
      request<ShownInvitationBody>("POST", paths.invitationOfCode, { body: { code }, signal }),
    retry: false,
    staleTime: Infinity,
    enabled: code !== "",
  });
}

export interface NewPersonBody {
  code: string;
  /** What comes before the @ of the login. */
  name: string;
  password: string;
  full_name?: string;
}

/** Makes a login of the tenant's and signs in with it; then `onJoined`. */
export function useJoin(onJoined: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewPersonBody) =>
      request<SessionBody>("POST", paths.invitationAccount, { body }),
    onSuccess: (body) => {
      queries.setQueryData<Session>(SESSION_KEY, toSession(body));
      onJoined();
    },
  });
}
