/** What a key may be kept to, as a form and in words. */

export interface NamePattern {
  name: string;
  pattern_type: string;
}

/** Null is no limit. */
export interface RestrictionBody {
  topics: NamePattern[] | null;
  groups: NamePattern[] | null;
  read_only: boolean;
}

export interface RestrictionForm {
  /** Names; one that ends with `*` stands for all that begin so. */
  topics: string[];
  groups: string[];
  readOnly: boolean;
}

export const NO_RESTRICTION: RestrictionForm = { topics: [], groups: [], readOnly: false };

/** Null where the form keeps the key to nothing. */
export function restrictionOf({ topics, groups, readOnly }: RestrictionForm): RestrictionBody | null {
  if (topics.length === 0 && groups.length === 0 && !readOnly) return null;
  return { topics: patternsOf(topics), groups: patternsOf(groups), read_only: readOnly };
}

function patternsOf(names: string[]): NamePattern[] | null {
  if (names.length === 0) return null;
  return names.map((name) =>
    name.endsWith("*") && name !== "*"
      ? { name: name.slice(0, -1), pattern_type: "prefixed" }
      : { name, pattern_type: "literal" },
  );
}

/** `only reads · topics orders, eu-* · group billing`; empty for a key without a restriction. */
export function restrictionWords(restriction: RestrictionBody | null | undefined): string {
  if (!restriction) return "";
  const { topics, groups, read_only } = restriction;
  const parts: string[] = [];
  if (read_only) parts.push("only reads");
  if (topics) parts.push(named("topic", topics));
  if (groups) parts.push(named("group", groups));
  return parts.join(" · ");
}

function named(noun: string, patterns: NamePattern[]): string {
  if (patterns.length === 0) return `no ${noun}s`;
  const names = patterns.map(({ name, pattern_type }) =>
    pattern_type === "prefixed" ? `${name}*` : name,
  );
  return `${noun}${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
}
