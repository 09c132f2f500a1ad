import { Group, JsonInput, SegmentedControl, Text, Textarea } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

import { parseWrittenJson, stringifyJson } from "../../../records/json";
import type { Format, RecordForm } from "./newRecord";

const FORMATS: { value: Format; label: string }[] = [
  { value: "text", label: "Text" },
  { value: "json", label: "JSON" },
  { value: "base64", label: "Base64" },
  { value: "none", label: "Null" },
];

interface Props {
  form: UseFormReturnType<RecordForm>;
  what: "key" | "value";
}

/** A key or value with the format that it is written in. */
export function FieldInput({ form, what }: Props) {
  const label = what === "key" ? "Key" : "Value";
  const format = form.values[`${what}Format`];
  const shared = {
    "aria-label": label,
    autosize: true,
    minRows: what === "key" ? 1 : 7,
    maxRows: 18,
    spellCheck: false,
    disabled: format === "none",
    classNames: { input: "mono" },
    ...form.getInputProps(what),
  };
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={500} aria-hidden="true">
          {label}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={`Format of the ${what}`}
          data={FORMATS}
          value={format}
          onChange={(next) => form.setFieldValue(`${what}Format`, next as Format)}
        />
      </Group>
      {format === "json" ? (
        <JsonInput
          {...shared}
          formatOnBlur
          deserialize={parseWrittenJson}
          serialize={(value) => stringifyJson(value, 2)}
          placeholder='{"hello": "world"}'
        />
      ) : (
        <Textarea {...shared} />
      )}
    </div>
  );
}
