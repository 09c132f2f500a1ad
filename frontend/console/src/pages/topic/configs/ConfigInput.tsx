import { MultiSelect, Select, TextInput } from "@mantine/core";

import type { ConfigBody } from "../../../api/topicTypes";
import { inWords, problemOfValue } from "./values";

interface Props {
  config: ConfigBody;
  value: string;
  onChange: (value: string) => void;
}

/** The field that suits the config's type. */
export function ConfigInput({ config, value, onChange }: Props) {
  const { name, type, allowed_values: allowed } = config;
  const label = `New value of ${name}`;
  if (type === "LIST" && allowed) {
    return (
      <MultiSelect
        w={320}
        aria-label={label}
        data={allowed}
        value={value.split(",").filter(Boolean)}
        onChange={(picked) => onChange(picked.join(","))}
      />
    );
  }
  if (type === "BOOLEAN" || allowed) {
    return (
      <Select
        w={320}
        aria-label={label}
        data={allowed ?? ["true", "false"]}
        value={value}
        allowDeselect={false}
        onChange={(picked) => picked !== null && onChange(picked)}
      />
    );
  }
  return (
    <TextInput
      w={320}
      aria-label={label}
      classNames={{ input: "mono" }}
      spellCheck={false}
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
      error={problemOfValue(config, value)}
      description={inWords(name, value) ?? undefined}
      inputWrapperOrder={["input", "description", "error"]}
    />
  );
}
