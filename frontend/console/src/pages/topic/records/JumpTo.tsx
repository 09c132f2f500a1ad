import { Button, Group, SegmentedControl, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import { fromLocalTime, toLocalTime } from "../localTime";
import type { Place } from "../place";

type Kind = "newest" | "oldest" | "offset" | "time";

const KINDS: { value: Kind; label: string }[] = [
  { value: "newest", label: "Newest" },
  { value: "oldest", label: "Oldest" },
  { value: "offset", label: "Offset" },
  { value: "time", label: "Time" },
];

interface Props {
  place: Place;
  onGo: (place: Place) => void;
}

/** Chooses where in the topic to look. */
export function JumpTo({ place, onGo }: Props) {
  const [kind, setKind] = useState<Kind>(kindOf(place));
  const choose = (next: Kind) => {
    setKind(next);
    if (next === "newest" || next === "oldest") onGo(next);
  };
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <SegmentedControl
        aria-label="Where to look"
        data={KINDS}
        value={kind}
        onChange={(next) => choose(next as Kind)}
      />
      {kind === "offset" && <OffsetForm place={place} onGo={onGo} />}
      {kind === "time" && <TimeForm place={place} onGo={onGo} />}
    </Group>
  );
}

function kindOf(place: Place): Kind {
  return place.split(":", 1)[0] as Kind;
}

function OffsetForm({ place, onGo }: Props) {
  const [offset, setOffset] = useState(place.startsWith("offset:") ? place.slice(7) : "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (/^\d{1,19}$/.test(offset)) onGo(`offset:${offset}`);
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap">
        <TextInput
          aria-label="Offset"
          placeholder="Offset"
          w={130}
          inputMode="numeric"
          autoFocus={offset === ""}
          value={offset}
          onChange={(event) => setOffset(event.currentTarget.value.replace(/\D/g, ""))}
        />
        <Button type="submit" variant="default" disabled={offset === ""}>
          Go
        </Button>
      </Group>
    </form>
  );
}

function TimeForm({ place, onGo }: Props) {
  const given = place.startsWith("time:") ? Number(place.slice(5)) : null;
  const [time, setTime] = useState(toLocalTime(given ?? Date.now() - 3_600_000));
  const at = fromLocalTime(time);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (at !== null) onGo(`time:${at}`);
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap">
        <TextInput
          type="datetime-local"
          step={1}
          aria-label="Time, in your time zone"
          value={time}
          onChange={(event) => setTime(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={at === null}>
          Go
        </Button>
      </Group>
    </form>
  );
}
