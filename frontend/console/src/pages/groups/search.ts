/** The part of the group list's address behind the question mark. */

export interface GroupsSearch {
  /** Letters that the name must have. */
  find?: string;
}

export function readGroupsSearch({ find }: Record<string, unknown>): GroupsSearch {
  return typeof find === "string" && find !== "" ? { find } : {};
}
