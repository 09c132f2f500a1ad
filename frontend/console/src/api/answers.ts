/** Bodies of the HTTP API by address and method, out of the types that `npm run api` writes. */

import type { paths } from "./schema";

type Method = "get" | "post" | "put" | "patch" | "delete";

type Json<Response> = Response extends { content: { "application/json": infer Body } }
  ? Body
  : never;

/** What a successful answer carries. */
export type Answer<Path extends keyof paths, Verb extends Method> = paths[Path][Verb] extends {
  responses: infer Responses;
}
  ? Json<Responses[Extract<keyof Responses, 200 | 201>]>
  : never;

/** One element of a list's `data`. */
export type Item<Path extends keyof paths> =
  Answer<Path, "get"> extends { data: (infer One)[] } ? One : never;
