import { MultiSelect } from "@mantine/core";
import { useMemo } from "react";

interface Props {
  /** How many partitions the topic has. */
  count: number;
  /** None picked means all. */
  picked: readonly number[];
  onPick: (picked: number[]) => void;
}

// A topic may have thousands; a few are found by typing.
const SHOWN = 100;

export function PartitionPicker({ count, picked, onPick }: Props) {
  const most = Math.max(count, ...picked.map((id) => id + 1));
  const data = useMemo(() => Array.from({ length: most }, (_, id) => String(id)), [most]);
  return (
    <MultiSelect
      aria-label="Partitions"
      placeholder={picked.length === 0 ? (count === 1 ? "1 partition" : "All partitions") : ""}
      w={170}
      styles={{ pillsList: { flexWrap: "nowrap", overflow: "hidden" } }}
      data={data}
      limit={SHOWN}
      searchable
      clearable
      hidePickedOptions
      value={picked.map(String)}
      onChange={(ids) => onPick(ids.map(Number).sort((a, b) => a - b))}
    />
  );
}
