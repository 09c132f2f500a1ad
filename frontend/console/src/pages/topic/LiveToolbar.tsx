import { ActionIcon, Button, Group, Kbd, Select, TextInput, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

import { EraserIcon, PauseIcon, PlayIcon, SearchIcon } from "../../components/icons";
import type { Phase } from "@headwater/live";
import type { TailStart } from "../../live/subscription";
import { LiveBadge } from "./LiveBadge";

interface Props {
  phase: Phase;
  paused: boolean;
  onTogglePause: () => void;
  from: TailStart;
  onFrom: (from: TailStart) => void;
  /** Words that a record must have to be shown. */
  words: string;
  onWords: (words: string) => void;
  onClear: () => void;
  children: ReactNode;
}

const STARTS: { value: TailStart; label: string }[] = [
  { value: "latest", label: "From now on" },
  { value: "end-20", label: "Last 20 a partition" },
  { value: "end-500", label: "Last 500 a partition" },
  { value: "earliest", label: "From the beginning" },
];

export function LiveToolbar(props: Props) {
  const { phase, paused, onTogglePause, from, onFrom, words, onWords, onClear } = props;
  const starts = STARTS.some(({ value }) => value === from)
    ? STARTS
    : [...STARTS, { value: from, label: `Last ${from.slice(4)} a partition` }];
  return (
    <Group gap="sm" mb="sm" wrap="wrap">
      <LiveBadge phase={phase} paused={paused} />
      <Button
        variant={paused ? "filled" : "default"}
        size="sm"
        w={158}
        leftSection={paused ? <PlayIcon size={16} /> : <PauseIcon size={16} />}
        rightSection={
          <Kbd size="xs" aria-hidden="true">
            Space
          </Kbd>
        }
        onClick={onTogglePause}
        disabled={phase.name === "ended"}
        aria-keyshortcuts="Space"
      >
        {paused ? "Resume" : "Pause"}
      </Button>
      <Select
        aria-label="Where to begin"
        w={180}
        data={starts}
        value={from}
        allowDeselect={false}
        onChange={(value) => value && onFrom(value as TailStart)}
      />
      <TextInput
        aria-label="Find in the records on this page"
        placeholder="Find in what is here"
        flex={1}
        miw={200}
        leftSection={<SearchIcon size={16} />}
        value={words}
        onChange={(event) => onWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          onWords("");
          event.currentTarget.blur();
        }}
      />
      {props.children}
      <Tooltip label="Clear the list">
        <ActionIcon variant="default" size={36} onClick={onClear} aria-label="Clear the list">
          <EraserIcon />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
