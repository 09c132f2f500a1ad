import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

import { CloseIcon, PlusIcon } from "../../../components/icons";
import type { RecordForm } from "./newRecord";

const FORMATS = [
  { value: "text", label: "Text" },
  { value: "base64", label: "Base64" },
  { value: "none", label: "Null" },
];

/** The record's headers, of which names may repeat. */
export function HeaderInputs({ form }: { form: UseFormReturnType<RecordForm> }) {
  const { headers } = form.values;
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={500}>
          Headers
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<PlusIcon size={12} />}
          onClick={() => form.insertListItem("headers", { name: "", value: "", format: "text" })}
        >
          Add header
        </Button>
      </Group>
      <Stack gap="xs">
        {headers.length === 0 && (
          <Text size="sm" c="dimmed">
            None.
          </Text>
        )}
        {headers.map(({ format }, index) => (
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              flex={1}
              aria-label={`Name of header ${index + 1}`}
              placeholder="name"
              {...form.getInputProps(`headers.${index}.name`)}
            />
            <TextInput
              flex={2}
              aria-label={`Value of header ${index + 1}`}
              placeholder="value"
              disabled={format === "none"}
              {...form.getInputProps(`headers.${index}.value`)}
            />
            <Select
              w={96}
              aria-label={`Format of header ${index + 1}`}
              data={FORMATS}
              allowDeselect={false}
              {...form.getInputProps(`headers.${index}.format`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={`Remove header ${index + 1}`}
              onClick={() => form.removeListItem("headers", index)}
            >
              <CloseIcon size={16} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </div>
  );
}
