import { Autocomplete, PasswordInput, Select, TagsInput, Textarea, TextInput } from "@mantine/core";

import { hasLines, partsOf, shownErrors, type Field } from "../../connect/config";

/** Of what is offered at a field, at once; typing finds the others. */
const MOST_OFFERED = 100;

interface Props {
  field: Field;
  /** Whether faults are shown: not before somebody has been at the field. */
  judged: boolean;
  onChange: (text: string) => void;
}

/** One key of a config, with a control that fits its type. An empty one leaves the key out. */
export function ConfigField({ field, judged, onChange }: Props) {
  const { definition, value, placeholder, choices, offers } = field;
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
  if (definition.type === "LIST" && offers) {
    return (
      <TagsInput
        {...typed}
        data={choices}
        limit={MOST_OFFERED}
        value={partsOf(value)}
        splitChars={[","]}
        acceptValueOnBlur
        onChange={(parts) => onChange(parts.join(","))}
      />
    );
  }
  if (offers) {
    return (
      <Autocomplete {...typed} data={choices} limit={MOST_OFFERED} onChange={onChange} />
    );
  }
  if (hasLines(definition)) {
    return (
      <Textarea
        {...typed}
        autosize
        minRows={2}
        maxRows={12}
        classNames={{ input: "mono" }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return <TextInput {...typed} onChange={(event) => onChange(event.currentTarget.value)} />;
}
