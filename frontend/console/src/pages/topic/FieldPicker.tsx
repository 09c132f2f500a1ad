import { Button, Checkbox, Popover, ScrollArea, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { fieldNames, type Picked } from "../../records/preview";
import type { TailBuffer } from "../../live/tail";

interface Props {
  tail: TailBuffer;
  picked: Picked;
  onPick: (picked: string[]) => void;
}

const LOOKED_AT = 50;

/** Chooses which fields of JSON values the rows show. */
export function FieldPicker({ tail, picked, onPick }: Props) {
  const [names, setNames] = useState<string[]>([]);
  const look = () => setNames([...new Set([...fieldNames(newestValues(tail)), ...picked])]);
  return (
    <Popover position="bottom-end" width={240} shadow="md" onOpen={look} trapFocus>
      <Popover.Target>
        <Button variant="default">
          {picked.length === 0 ? "All fields" : `${picked.length} fields`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Fields to show">
        {names.length === 0 ? (
          <Text size="sm" c="dimmed">
            None of the newest values is a JSON object.
          </Text>
        ) : (
          <>
            <ScrollArea.Autosize mah={320} type="auto">
              <Checkbox.Group value={[...picked]} onChange={onPick}>
                <Stack gap={8}>
                  {names.map((name) => (
                    <Checkbox key={name} value={name} label={name} size="sm" />
                  ))}
                </Stack>
              </Checkbox.Group>
            </ScrollArea.Autosize>
            <Button
              mt="sm"
              size="compact-sm"
              variant="default"
              disabled={picked.length === 0}
              onClick={() => onPick([])}
            >
              Show all
            </Button>
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function* newestValues(tail: TailBuffer) {
  const count = Math.min(LOOKED_AT, tail.visible.length);
  for (let age = 0; age < count; age += 1) yield tail.visible.newest(age)?.record.value ?? null;
}
