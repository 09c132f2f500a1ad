import { Autocomplete, Button, Group, Radio, SegmentedControl, Stack, Text } from "@mantine/core";
import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";

import { useAclPreset, type AclPreset, type AclPresetBody } from "../../../api/hooks/acls";
import { Refused } from "../../../components/states";
import { formatPlural } from "../../../records/format";
import { AclList } from "./AclList";
import type { FormProps } from "./AddAcls";

const PRESETS: { value: AclPreset; label: string; can: string }[] = [
  { value: "producer", label: "Producer", can: "writes to topics, also in transactions" },
  { value: "consumer", label: "Consumer", can: "reads topics as a consumer group" },
  { value: "administrator", label: "Administrator", can: "everything with topics and groups" },
];

interface PresetFields {
  principal: string;
  preset: AclPreset;
  topic: string;
  pattern_type: string;
  group: string;
  transactional_id: string;
}

const INITIAL: PresetFields = {
  principal: "",
  preset: "producer",
  topic: "",
  pattern_type: "literal",
  group: "",
  transactional_id: "",
};

/** Several ACLs at once, seen before they are added. */
export function PresetForm({ tenant, principals, topics, onClose }: FormProps) {
  const preview = useAclPreset(tenant);
  const add = useAclPreset(tenant);
  const form = useForm<PresetFields>({
    initialValues: INITIAL,
    // What was seen is what is added: another choice has to be seen anew.
    onValuesChange: () => preview.reset(),
    validate: {
      principal: (principal) => (principal.trim() ? null : "Name a principal, such as User:billing."),
      topic: (topic, { preset }) =>
        topic.trim() || preset === "administrator" ? null : "Name a topic, or * for all of them.",
      group: (group, { preset }) =>
        group.trim() || preset !== "consumer" ? null : "Name its group, or * for all of them.",
    },
  });
  const { preset } = form.values;
  const shown = preview.data;
  const submit = form.onSubmit((fields) => {
    if (!shown) {
      preview.mutate(bodyOf(fields, true));
      return;
    }
    add.mutate(bodyOf(fields, false), {
      onSuccess: (added) => {
        notifications.show({ title: "ACLs", message: `${formatPlural(added.length, "ACL")} added.` });
        onClose();
      },
    });
  });
  const error = preview.error ?? add.error;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Refused error={error} />
        <Autocomplete
          label="Principal"
          description="A service account of this tenant, or User:* for all."
          data={principals}
          data-autofocus
          {...form.getInputProps("principal")}
        />
        <Radio.Group label="What it does" {...form.getInputProps("preset")}>
          <Stack gap="xs" mt="xs">
            {PRESETS.map(({ value, label, can }) => (
              <Radio key={value} value={value} label={label} description={can} />
            ))}
          </Stack>
        </Radio.Group>
        {preset !== "administrator" && (
          <>
            <Group align="flex-end" wrap="nowrap">
              <SegmentedControl
                aria-label="Which topics"
                data={[
                  { value: "literal", label: "Topic" },
                  { value: "prefixed", label: "Topics that begin with" },
                ]}
                {...form.getInputProps("pattern_type")}
              />
              <Autocomplete
                flex={1}
                label="Topic"
                data={topics}
                limit={50}
                {...form.getInputProps("topic")}
              />
            </Group>
            {preset === "consumer" && (
              <TextInput label="Consumer group" {...form.getInputProps("group")} />
            )}
            {preset === "producer" && (
              <TextInput
                label="Transactional id"
                description="Only for a producer that uses transactions."
                {...form.getInputProps("transactional_id")}
              />
            )}
          </>
        )}
        {shown && (
          <>
            <Text size="sm" fw={550} role="status">
              {formatPlural(shown.length, "ACL")} would be added
            </Text>
            <AclList label="What would be added" acls={shown} />
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={preview.isPending || add.isPending}>
            {shown ? `Add ${formatPlural(shown.length, "ACL")}` : "Preview"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function bodyOf(fields: PresetFields, validate_only: boolean): AclPresetBody {
  const { preset } = fields;
  const body: AclPresetBody = { principal: fields.principal.trim(), preset, validate_only };
  if (preset === "administrator") return body;
  body.topic = fields.topic.trim();
  body.pattern_type = fields.pattern_type;
  if (preset === "consumer") body.group = fields.group.trim();
  const transactional = fields.transactional_id.trim();
  if (preset === "producer" && transactional) body.transactional_id = transactional;
  return body;
}
