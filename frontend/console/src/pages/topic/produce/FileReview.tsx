import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";

import { SendIcon } from "../../../components/icons";
import { Notice } from "../../../components/Notice";
import {
  fileEntries,
  type FileGlance,
  type FileReading,
  type ReadEntry,
} from "../../../records/fileEntries";
import type { FileFormat, LineMeaning } from "../../../records/importFile";
import { formatBytes } from "../../../records/format";
import { stringifyJson } from "../../../records/json";
import classes from "./ProducePage.module.css";

interface Props {
  file: File;
  glance: FileGlance;
  disabled: boolean;
  onSend: (reading: FileReading, startLine: number) => void;
}

/** How the file is read, with its first records as they would be sent. */
export function FileReview({ file, glance, disabled, onSend }: Props) {
  const [reading, setReading] = useState(glance.reading);
  const [startLine, setStartLine] = useState<number | string>(1);
  const first = useFirstEntries(file, reading);
  const columnsMakeObjects = reading.format === "csv" && !glance.columns.includes("value");
  return (
    <Stack gap="md">
      <Text size="sm">
        <strong>{file.name}</strong>, {formatBytes(file.size)}
      </Text>
      <Group gap="lg" align="flex-end">
        <SegmentedControl
          aria-label="Format of the file"
          data={[
            { value: "jsonl", label: "JSON lines" },
            { value: "csv", label: "CSV" },
          ]}
          value={reading.format}
          onChange={(format) => setReading({ ...reading, format: format as FileFormat })}
        />
        {reading.format === "jsonl" && (
          <SegmentedControl
            aria-label="What a line is"
            data={[
              { value: "values", label: "A line is a value" },
              { value: "records", label: "A line is a record" },
            ]}
            value={reading.meaning}
            onChange={(meaning) => setReading({ ...reading, meaning: meaning as LineMeaning })}
          />
        )}
        {columnsMakeObjects && (
          <Select
            aria-label="Column for the key"
            placeholder="No key"
            clearable
            data={[...new Set(glance.columns)]}
            value={reading.keyColumn}
            onChange={(keyColumn) => setReading({ ...reading, keyColumn })}
          />
        )}
      </Group>
      <div>
        <Text size="xs" c="dimmed" mb={6}>
          The first records as they will be sent
        </Text>
        <pre className={classes.example} tabIndex={0} role="region" aria-label="First records">
          {first.length === 0 ? "There are none." : first.map(entryText).join("\n")}
        </pre>
      </div>
      {first.some((entry) => "problem" in entry) && (
        <Notice tone="warn">
          Some lines cannot be read this way. They would be left out and listed; the others sent.
        </Notice>
      )}
      <Group align="flex-end">
        <NumberInput
          label="From line"
          w={110}
          min={1}
          allowDecimal={false}
          hideControls
          value={startLine}
          onChange={setStartLine}
        />
        <Button
          leftSection={<SendIcon size={16} />}
          disabled={disabled || first.length === 0}
          onClick={() => onSend(reading, Number(startLine) || 1)}
        >
          Send the file
        </Button>
      </Group>
    </Stack>
  );
}

const FIRST = 5;
const CHARACTERS = 400;

function useFirstEntries(file: File, reading: FileReading): ReadEntry[] {
  const [entries, setEntries] = useState<ReadEntry[]>([]);
  useEffect(() => {
    let wanted = true;
    void firstEntries(file, reading).then((read) => {
      if (wanted) setEntries(read);
    });
    return () => {
      wanted = false;
    };
  }, [file, reading]);
  return entries;
}

async function firstEntries(file: File, reading: FileReading): Promise<ReadEntry[]> {
  const read: ReadEntry[] = [];
  try {
    for await (const entry of fileEntries(file, reading)) {
      read.push(entry);
      if (read.length === FIRST) break;
    }
  } catch (error) {
    read.push({ line: read.length + 1, problem: (error as Error).message, bytes: 0 });
  }
  return read;
}

function entryText(entry: ReadEntry): string {
  if ("problem" in entry) return `line ${entry.line}: ${entry.problem}`;
  const text = stringifyJson(entry.record);
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}
