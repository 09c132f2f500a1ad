/** Which column a table is sorted by. */
export interface Order {
  column: string;
  descending: boolean;
}

/** An order as addresses have it: the column, with a minus in front for the largest first. */
export function orderOf(sort: string | undefined): Order | null {
  return sort ? { column: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : null;
}

export function sortOf(order: Order): string {
  return `${order.descending ? "-" : ""}${order.column}`;
}

const words = new Intl.Collator("en", { numeric: true });

/** Sorted rows; what is not known (null) stands last either way, equal ones as they were. */
export function sorted<Row>(
  rows: Row[],
  by: (row: Row) => string | number | null,
  descending: boolean,
): Row[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((left, right) => {
    const [a, b] = [by(left), by(right)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * words.compare(String(a), String(b));
  });
}
