import { Button, Group, Stack, Text } from "@mantine/core";

import { ButtonLink } from "../../../components/links";
import type { Scan } from "../../../records/scan";
import type { Place } from "../place";

interface Props {
  topic: string;
  scan: Scan | null;
  filtered: boolean;
  busy: boolean;
  place: Place;
  onAll: () => void;
}

/** Why the list is empty, and what would fill it. */
export function NoRecords({ topic, scan, filtered, busy, place, onAll }: Props) {
  const holdsNone = scan?.partitions.every(({ start, end }) => start >= end) ?? false;
  return (
    <Stack align="center" gap="sm" py={64} ff="text">
      <Text size="sm" c="dimmed" ta="center" maw={460}>
        {words(scan, filtered, busy, place, holdsNone)}
      </Text>
      {!busy && holdsNone && (
        <Group gap="xs">
          <ButtonLink size="xs" to="/topics/$topic/produce" params={{ topic }}>
            Produce a record
          </ButtonLink>
          <ButtonLink
            size="xs"
            variant="default"
            to="/topics/$topic/produce"
            params={{ topic }}
            search={{ from: "file" }}
          >
            Send a file
          </ButtonLink>
          <ButtonLink size="xs" variant="default" to="/">
            Lines for a client
          </ButtonLink>
        </Group>
      )}
      {!busy && !holdsNone && (filtered || place !== "newest") && (
        <Button size="xs" variant="default" onClick={onAll}>
          Show the newest records
        </Button>
      )}
    </Stack>
  );
}

function words(
  scan: Scan | null,
  filtered: boolean,
  busy: boolean,
  place: Place,
  holdsNone: boolean,
): string {
  if (busy) return filtered ? "Nothing found yet." : "Reading…";
  if (holdsNone) {
    return "There are no records here: none were written yet, or retention has removed them.";
  }
  if (filtered) {
    return scan?.state === "stopped"
      ? "None of the records read so far matches the filter."
      : "No record matches the filter.";
  }
  if (place.startsWith("offset:")) return "There are no records at or after this offset.";
  if (place.startsWith("time:")) return "There are no records at or after this time.";
  return "There are no records on this page.";
}
