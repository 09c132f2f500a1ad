import { Autocomplete, PasswordInput, Select, TextInput } from "@mantine/core";

import { shownErrors, type Field } from "../../connect/config";

interface Props {
  field: Field;
  /** Whether faults are shown: not before somebody has been at the field. */
  judged: boolean;
  onChange: (text: string) => void;
}

/** One key of a config, with a control that fits its type. An empty one leaves the key out. */
export function ConfigField({ field, judged, onChange }: Props) {
  const { definition, value, placeholder, choices } = field;
  const shared = {
    label: definition.display_name,
    description: definition.documentation || undefined,
    placeholder: placeholder || undefined,
    error: shownErrors(field, judged).join(" ") || null,
    withAsterisk: definition.required,
    title: definition.name,
  };
  if (definition.type === "BOOLEAN") {
    return (
      <Select
        {...shared}
        data={choices}
        value={value || null}
        clearable
        onChange={(chosen) => onChange(chosen ?? "")}
      />
    );
  }
  const typed = { ...shared, value, autoComplete: "off", spellCheck: false };
  if (definition.type === "PASSWORD") {
    return (
      <PasswordInput
        {...typed}
        autoComplete="new-password"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (choices.length > 0) return <Autocomplete {...typed} data={choices} onChange={onChange} />;
  return <TextInput {...typed} onChange={(event) => onChange(event.currentTarget.value)} />;
}
