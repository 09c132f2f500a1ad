/** What a reset of offsets asks for: from the wizard's fields to the request, and what is wrong with them. */

export const TARGETS = [
  { value: "earliest", label: "The oldest record", says: "Everything that is left is read again." },
  { value: "latest", label: "The end", says: "Everything unread is skipped." },
  {
    value: "timestamp",
    label: "A time",
    says: "The first record at or after it, in each partition.",
  },
  { value: "duration", label: "So long ago", says: "The first record that is no older." },
  { value: "offset", label: "An offset", says: "The same one in every chosen partition." },
  {
    value: "shift",
    label: "Some records on or back",
    says: "Counted from where the group stands.",
  },
  {
    value: "current",
    label: "Where it stands",
    says: "Commits the present offsets again; the end where there are none.",
  },
] as const;

export type Target = (typeof TARGETS)[number]["value"];

export interface ResetValues {
  /** Names of topics; none means all that the group has committed for. */
  topics: string[];
  /** By topic the partitions as typed, `0,2-4`; empty for all. */
  partitions: string;
  to: Target;
  offset: string;
  /** As `<input type="datetime-local">` has it, in the reader's time zone. */
  time: string;
  amount: string;
  unit: "M" | "H" | "D";
  shift: string;
}

export const EMPTY_RESET: ResetValues = {
  topics: [],
  partitions: "",
  to: "earliest",
  offset: "0",
  time: "",
  amount: "1",
  unit: "H",
  shift: "-100",
};

export interface ResetBody {
  topics?: { topic_name: string; partitions?: number[] }[];
  to: Target;
  value?: number;
  validate_only: boolean;
}

/** Field name to what is wrong with it; empty when the request can be made. */
export function problemsOf(values: ResetValues): Partial<Record<keyof ResetValues, string>> {
  const problems: Partial<Record<keyof ResetValues, string>> = {};
  if (values.partitions.trim() !== "") {
    if (values.topics.length !== 1) {
      problems.partitions = "Partitions can be chosen for one topic at a time.";
    } else if (readPartitions(values.partitions) === null) {
      problems.partitions = "Write numbers and stretches: 0,2-4.";
    }
  }
  if (values.to === "offset" && !/^\d{1,18}$/.test(values.offset.trim())) {
    problems.offset = "An offset is a whole number of 0 or more.";
  }
  if (values.to === "timestamp" && Number.isNaN(Date.parse(values.time))) {
    problems.time = "Choose a day and a time.";
  }
  if (values.to === "duration" && !/^[1-9]\d{0,5}$/.test(values.amount.trim())) {
    problems.amount = "A whole number of 1 or more.";
  }
  if (values.to === "shift" && !/^[-+]?\d{1,15}$/.test(values.shift.trim())) {
    problems.shift = "A whole number; below zero goes back.";
  }
  return problems;
}

/** The request for fields in which `problemsOf` finds nothing wrong. */
export function resetBody(values: ResetValues, validateOnly: boolean): ResetBody {
  const body: ResetBody = { to: values.to, validate_only: validateOnly };
  const value = valueOf(values);
  if (value !== undefined) body.value = value;
  if (values.topics.length > 0) {
    const partitions = readPartitions(values.partitions);
    body.topics = values.topics.map((topic_name) =>
      partitions && partitions.length > 0 ? { topic_name, partitions } : { topic_name },
    );
  }
  return body;
}

const UNIT_MS = { M: 60_000, H: 3_600_000, D: 86_400_000 } as const;

/** An offset, Unix milliseconds, milliseconds back from now, or a count, as `to` says. */
function valueOf(values: ResetValues): number | undefined {
  switch (values.to) {
    case "offset":
      return Number(values.offset);
    case "timestamp":
      return Date.parse(values.time);
    case "duration":
      return Number(values.amount) * UNIT_MS[values.unit];
    case "shift":
      return Number(values.shift);
    default:
      return undefined;
  }
}

const MOST_PARTITIONS = 10_000;

/** `0,2-4` as `[0, 2, 3, 4]`; null when it is not such a list. */
export function readPartitions(text: string): number[] | null {
  const chosen = new Set<number>();
  for (const piece of text.split(",")) {
    const stretch = piece.trim();
    if (stretch === "") continue;
    const found = /^(\d{1,6})(?:\s*-\s*(\d{1,6}))?$/.exec(stretch);
    if (!found) return null;
    const first = Number(found[1]);
    const last = Number(found[2] ?? found[1]);
    if (last < first || last - first > MOST_PARTITIONS) return null;
    for (let partition = first; partition <= last; partition += 1) chosen.add(partition);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

export interface ResetTotals {
  partitions: number;
  moved: number;
  /** Records that will come again, and ones that will be passed over, as far as it is known. */
  again: number;
  skipped: number;
}

/** What a preview comes to. */
export function totalsOf(
  rows: { current_offset?: number | null; new_offset: number }[],
): ResetTotals {
  const totals: ResetTotals = { partitions: rows.length, moved: 0, again: 0, skipped: 0 };
  for (const { current_offset: current, new_offset: next } of rows) {
    if (current === next) continue;
    totals.moved += 1;
    if (current === null || current === undefined) continue;
    if (next < current) totals.again += current - next;
    else totals.skipped += next - current;
  }
  return totals;
}
