/** The part of the group list's address behind the question mark. */

export interface GroupsSearch {
  /** Letters that the name must have. */
  find?: string;
  /** Column that sorts, with a minus in front for the largest first. */
  sort?: string;
}

const COLUMNS = new Set(["name", "state", "members", "assignor", "lag"]);

export function readGroupsSearch({ find, sort }: Record<string, unknown>): GroupsSearch {
  const search: GroupsSearch = {};
  if (typeof find === "string" && find !== "") search.find = find;
  if (typeof sort === "string" && COLUMNS.has(sort.replace(/^-/, ""))) search.sort = sort;
  return search;
}
