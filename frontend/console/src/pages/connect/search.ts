/** The part of the new connector's address behind the question mark. */

export interface NewConnectorSearch {
  plugin?: string;
  /** A connector whose config the new one begins with. */
  like?: string;
}

export function readNewConnectorSearch(given: Record<string, unknown>): NewConnectorSearch {
  const search: NewConnectorSearch = {};
  if (typeof given.plugin === "string") search.plugin = given.plugin;
  if (typeof given.like === "string") search.like = given.like;
  return search;
}
