import { Group, MultiSelect, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

import { TARGETS, type ResetValues } from "../../groups/reset";

interface Props {
  form: UseFormReturnType<ResetValues>;
  /** Topics that the group has committed for or reads. */
  topics: string[];
}

/** Which partitions, and where they are put. */
export function ResetFields({ form, topics }: Props) {
  const { to, topics: chosen } = form.values;
  return (
    <Stack gap="md">
      <Group grow align="flex-start">
        <MultiSelect
          label="Topics"
          description="None chosen means all that the group has committed for."
          data={topics}
          searchable
          clearable
          {...form.getInputProps("topics")}
        />
        <TextInput
          label="Partitions"
          description="For one topic: 0,2-4. Empty means all of them."
          disabled={chosen.length !== 1}
          {...form.getInputProps("partitions")}
        />
      </Group>
      <Radio.Group label="Put the group at" {...form.getInputProps("to")}>
        <Stack gap={8} mt="xs">
          {TARGETS.map(({ value, label, says }) => (
            <div key={value}>
              <Radio value={value} label={label} description={says} />
              {to === value && <Detail form={form} />}
            </div>
          ))}
        </Stack>
      </Radio.Group>
      <Text size="xs" c="dimmed">
        An offset that a partition no longer has becomes the nearest one that it has. The next step
        shows every partition before anything moves.
      </Text>
    </Stack>
  );
}

/** The chosen target's own field. */
function Detail({ form }: Pick<Props, "form">) {
  const place = { ml: 32, mt: 6, mb: 4, maw: 320 } as const;
  switch (form.values.to) {
    case "offset":
      return (
        <TextInput
          {...place}
          aria-label="Offset"
          inputMode="numeric"
          {...form.getInputProps("offset")}
        />
      );
    case "timestamp":
      return (
        <TextInput
          {...place}
          type="datetime-local"
          step={1}
          aria-label="Time, in your own time zone"
          {...form.getInputProps("time")}
        />
      );
    case "duration":
      return (
        <Group {...place} gap="xs" align="flex-start" wrap="nowrap">
          <TextInput
            aria-label="How long ago"
            inputMode="numeric"
            {...form.getInputProps("amount")}
          />
          <Select
            aria-label="Unit"
            data={[
              { value: "M", label: "minutes" },
              { value: "H", label: "hours" },
              { value: "D", label: "days" },
            ]}
            allowDeselect={false}
            {...form.getInputProps("unit")}
          />
        </Group>
      );
    case "shift":
      return (
        <TextInput
          {...place}
          aria-label="How many records; below zero goes back"
          {...form.getInputProps("shift")}
        />
      );
    default:
      return null;
  }
}
