/** The link that an invitation's code is sent in. What follows `#` no browser sends to a server. */
export function invitationLink(origin: string, code: string): string {
  return `${origin}/invitation#${code}`;
}

/** The name before the `@` that is proposed to somebody new, out of what they were invited as. */
export function proposedName(invited: string): string {
  return invited.split("@")[0]!.replace(/[^a-z0-9._+-]/g, "");
}
