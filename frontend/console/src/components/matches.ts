/** The first names that contain what was typed, those that begin with it before the others. */
export function firstMatches(names: string[], query: string, most: number): string[] {
  const wanted = query.trim().toLowerCase();
  const begin: string[] = [];
  const within: string[] = [];
  for (const name of names) {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) begin.push(name);
    else if (at > 0 && within.length < most) within.push(name);
    if (begin.length === most) break;
  }
  return [...begin, ...within].slice(0, most);
}
