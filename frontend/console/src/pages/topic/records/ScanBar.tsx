import { Button, Progress, Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useEffect, useState } from "react";

import { StopIcon } from "../../../components/icons";
import { formatAge, formatBytes, formatCount, formatPlural } from "../../../records/format";
import type { Scan } from "../../../records/scan";
import classes from "./ScanBar.module.css";

interface Props {
  scan: Scan | null;
  busy: boolean;
  filtered: boolean;
  /** Records of a full page. */
  size: number;
  onStop: () => void;
  onGoOn: (() => void) | null;
}

/** Says how far a search has come, for as long as it takes, and lets it be stopped. */
export function ScanBar({ scan, busy, filtered, size, onStop, onGoOn }: Props) {
  if (!filtered || (!busy && !scan)) return null;
  const matches = scan?.records.length ?? 0;
  const read = scan
    ? `${formatCount(scan.scannedRecords)} read (${formatBytes(scan.scannedBytes)})`
    : "nothing read yet";
  if (busy) {
    return (
      <div className={classes.bar} role="group" aria-label="Search">
        <span className={`${classes.words} tabular`}>
          Searching: {read}, {formatCount(matches)} of {size} found · <Elapsed />
        </span>
        <Progress
          className={classes.track}
          value={scan ? 100 * progressOf(scan, size) : 100}
          animated
          aria-label="Progress of the search"
        />
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<StopIcon size={14} />}
          onClick={onStop}
        >
          Stop
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.bar} role="status">
      <span className="tabular">
        {formatPlural(matches, "record")} found; {read}. {ENDINGS[scan!.state]}
        <Failures scan={scan!} />
      </span>
      {scan!.state === "stopped" && onGoOn && (
        <Button size="compact-sm" variant="default" ml="auto" onClick={onGoOn}>
          Go on from here
        </Button>
      )}
    </div>
  );
}

/** A filter that fails on every record is most often one with a slip of the pen. */
function Failures({ scan: { failed, failure } }: { scan: Scan }) {
  if (failed === 0) return null;
  return (
    <Text size="xs" c="dimmed" component="div">
      On {formatPlural(failed, "record")} the filter failed, so they are left out
      {failure && `; the first: ${failure}`}
    </Text>
  );
}

const ENDINGS: Record<Scan["state"], string> = {
  scanning: "",
  full: "There may be more on the next page.",
  "at-end": "That is as far as the topic goes.",
  stopped: "Stopped before the end.",
};

/** The greater of what is read of the topic and what is filled of the page. */
function progressOf({ partitions, scannedRecords, records }: Scan, size: number): number {
  const all = partitions.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0);
  const read = all > 0 ? scannedRecords / all : 0;
  return Math.min(1, Math.max(0.02, read, records.length / size));
}

function Elapsed() {
  const [start] = useState(() => performance.now());
  const [now, setNow] = useState(start);
  const { start: begin, stop } = useInterval(() => setNow(performance.now()), 200);
  useEffect(() => {
    begin();
    return stop;
  }, [begin, stop]);
  return <>{formatAge(Math.floor((now - start) / 100) * 100)}</>;
}
