import { Button, Collapse, Group, Kbd, TextInput } from "@mantine/core";
import { useState, type FormEvent, type Ref } from "react";

import { FilterIcon } from "../../../components/icons";
import type { StreamRecord } from "../../../records/record";
import { FilterHelp } from "./FilterHelp";
import { FilterTest } from "./FilterTest";

interface Props {
  filter: string;
  /** A record to try a filter on. */
  sample: StreamRecord | null;
  inputRef: Ref<HTMLInputElement>;
  /** What its button says. */
  verb: string;
  onFilter: (filter: string) => void;
}

export const FILTER_CHARACTERS_MAX = 4_096;

/** A filter that the service runs over every record, not only over those of the page; `key` it by the filter. */
export function FilterBar({ filter, sample, inputRef, verb, onFilter }: Props) {
  const [draft, setDraft] = useState(filter);
  const [testing, setTesting] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFilter(draft.trim());
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" mb="sm" wrap="nowrap">
        <TextInput
          ref={inputRef}
          flex={1}
          aria-label="Filter, a CEL expression"
          placeholder='value.amount > 100 && key.startsWith("eu-")'
          classNames={{ input: "mono" }}
          spellCheck={false}
          autoComplete="off"
          maxLength={FILTER_CHARACTERS_MAX}
          leftSection={<FilterIcon size={16} />}
          rightSection={draft ? null : <Kbd size="xs">/</Kbd>}
          value={draft}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            event.currentTarget.blur();
          }}
        />
        <Button type="submit" variant={draft.trim() === filter ? "default" : "filled"}>
          {verb}
        </Button>
        {filter !== "" && (
          <Button variant="default" onClick={() => onFilter("")}>
            Clear
          </Button>
        )}
        <Button
          variant="default"
          aria-expanded={testing}
          onClick={() => setTesting((open) => !open)}
        >
          Test
        </Button>
        <FilterHelp onPick={setDraft} />
      </Group>
      <Collapse expanded={testing}>
        {testing && <FilterTest filter={draft.trim()} sample={sample} />}
      </Collapse>
    </form>
  );
}
