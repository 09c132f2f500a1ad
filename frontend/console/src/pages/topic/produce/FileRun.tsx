import { Button, Group, Progress, Stack, Text } from "@mantine/core";

import { StopIcon } from "../../../components/icons";
import { ButtonLink } from "../../../components/links";
import { saveFile } from "../../../components/save";
import { Refused } from "../../../components/states";
import { formatAge, formatBytes, formatCount, formatRate } from "../../../records/format";
import { csvCell } from "../../../records/exchange";
import classes from "./ProducePage.module.css";
import type { BulkRun } from "./useBulk";

interface Props {
  topic: string;
  file: File;
  run: BulkRun;
  onStop: () => void;
  onGoOn: (startLine: number) => void;
  onAnother: () => void;
}

const TITLES: Record<BulkRun["state"], string> = {
  none: "",
  sending: "Sending",
  stopping: "Stopping after this batch",
  stopped: "Stopped",
  done: "Sent",
  failed: "Not all of it was sent",
};

/** How far the file has come, and what became of its records. */
export function FileRun({ topic, file, run, onStop, onGoOn, onAnother }: Props) {
  const { state, progress, took, error, nextLine } = run;
  const running = state === "sending" || state === "stopping";
  const part = state === "done" ? 100 : (100 * progress.bytes) / Math.max(1, file.size);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text fw={600} role="status">
          {TITLES[state]}: {file.name}
        </Text>
        {running && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<StopIcon size={14} />}
            disabled={state === "stopping"}
            onClick={onStop}
          >
            Stop
          </Button>
        )}
      </Group>
      <Progress value={part} animated={running} aria-label="Part of the file that was read" />
      <Text size="sm" className="tabular">
        {formatCount(progress.written)} written
        {progress.failed > 0 && `, ${formatCount(progress.failed)} not`} ·{" "}
        {formatBytes(progress.bytes)} of {formatBytes(file.size)} read · {formatAge(took)}
        {took > 0 && `, ${formatRate((1_000 * progress.written) / took)} records/s`}
      </Text>
      <Refused error={error} />
      <Failures run={run} fileName={file.name} />
      {!running && (
        <Group gap="xs">
          <ButtonLink to="/topics/$topic/records" params={{ topic }} search={{}}>
            Look at the newest records
          </ButtonLink>
          {(state === "stopped" || state === "failed") && (
            <Button variant="default" onClick={() => onGoOn(nextLine)}>
              Go on at line {formatCount(nextLine)}
            </Button>
          )}
          <Button variant="default" onClick={onAnother}>
            Another file
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Failures({ run, fileName }: { run: BulkRun; fileName: string }) {
  const { failures, failed } = run.progress;
  if (failed === 0) return null;
  const save = () =>
    saveFile(`${fileName}-not-written.csv`, [
      "line,problem\r\n",
      ...failures.map(({ line, problem }) => `${line},${csvCell(problem)}\r\n`),
    ]);
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={550}>
          {formatCount(failed)} not written
          {failed > failures.length && `; the first ${formatCount(failures.length)}`}
        </Text>
        <Button size="compact-xs" variant="default" onClick={save}>
          Download the list
        </Button>
      </Group>
      <div className={classes.failures} tabIndex={0} role="region" aria-label="Not written">
        <ol>
          {failures.map(({ line, problem }, index) => (
            <li key={`${line}-${index}`}>
              <span className="mono">line {line}</span>: {problem}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
