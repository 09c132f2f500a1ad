import { Group, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";

import { useFilterTest } from "../../../api/hooks/filters";
import type { StreamRecord } from "../../../records/record";
import { readSample, sampleText } from "./filterSample";
import classes from "./FilterTest.module.css";

interface Props {
  filter: string;
  sample: StreamRecord | null;
}

/** Tries the filter on one record while it is being written. */
export function FilterTest({ filter, sample }: Props) {
  const [text, setText] = useState(() => sampleText(sample));
  const [settled] = useDebouncedValue(filter, 250);
  const [settledText] = useDebouncedValue(text, 250);
  const read = readSample(settledText);
  const record = "record" in read ? read.record : null;
  const test = useFilterTest(settled, record);
  return (
    <section className={classes.box} aria-label="Test of the filter">
      <Group justify="space-between" mb={8}>
        <Text size="sm" fw={550}>
          Try it on a record
        </Text>
        <Verdict
          problem={"problem" in read ? read.problem : null}
          empty={settled === ""}
          matches={test.data?.matches}
          error={test.error}
        />
      </Group>
      <Textarea
        aria-label="The record to try the filter on"
        classNames={{ input: `mono ${classes.sample}` }}
        autosize
        minRows={4}
        maxRows={9}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {test.error && settled !== "" && (
        <Text size="sm" c="var(--bad)" mt={8} role="alert">
          {test.error.message}
        </Text>
      )}
    </section>
  );
}

interface VerdictProps {
  problem: string | null;
  empty: boolean;
  matches: boolean | undefined;
  error: Error | null;
}

function Verdict({ problem, empty, matches, error }: VerdictProps) {
  const [verdict, words] = verdictOf({ problem, empty, matches, error });
  return (
    <span className={classes.verdict} data-verdict={verdict} role="status">
      {words}
    </span>
  );
}

function verdictOf({ problem, empty, matches, error }: VerdictProps): [string, string] {
  if (problem !== null) return ["wrong", problem];
  if (empty) return ["none", "Write a filter above"];
  if (error) return ["wrong", "The filter cannot be used"];
  if (matches === undefined) return ["none", "Testing…"];
  return matches ? ["yes", "Matches"] : ["no", "Does not match"];
}
