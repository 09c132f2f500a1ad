import { Kbd, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useRef } from "react";

import { SearchIcon } from "./icons";

interface Props {
  /** What is filtered, for screen readers: "Filter groups by name". */
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** The field above a list; `/` goes to it and Escape empties it. */
export function ListFilter({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <TextInput
      ref={input}
      aria-label={label}
      placeholder="Filter"
      w={{ base: "100%", xs: 320 }}
      leftSection={<SearchIcon size={16} />}
      rightSection={value ? null : <Kbd size="xs">/</Kbd>}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && onChange("")}
    />
  );
}
