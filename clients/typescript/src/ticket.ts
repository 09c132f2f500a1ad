import { LiveError } from "./errors.js";

/**
 * A one-time ticket for the next socket, asked for with an API key. Browsers can send no header with a
 * websocket; a page whose people are signed in needs no ticket.
 *
 * @throws LiveError when the service refuses; `code` is 4000 and the HTTP status.
 */
export async function ticketFor(
  url: string,
  tenant: string,
  login: { apiKey: string; apiSecret: string },
): Promise<string> {
  const address = `${url.replace(/^ws/, "http").replace(/\/$/, "")}/api/v1/tenants/${encodeURIComponent(tenant)}/tickets`;
  const response = await fetch(address, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${login.apiKey}:${login.apiSecret}`)}` },
  });
  const body = (await response.json()) as { ticket?: string; message?: string };
  if (response.status === 201 && body.ticket) return body.ticket;
  const passes = response.status === 429 || response.status >= 500;
  throw new LiveError(4000 + response.status, body.message ?? "No ticket was given.", passes);
}
