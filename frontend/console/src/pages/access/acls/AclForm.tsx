import {
  Autocomplete,
  Button,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";

import { useCreateAcl, type NewAclBody } from "../../../api/hooks/acls";
import type { FormProps } from "./AddAcls";
import { Refused } from "../../../components/states";
import { labelOf, OPERATIONS, sentenceOf } from "./words";

/** Kafka's name of the one resource of its kind. */
const CLUSTER_NAME = "kafka-cluster";

const choices = (words: string[]) => words.map((value) => ({ value, label: labelOf(value) }));

/** One ACL, field by field. */
export function AclForm({ tenant, principals, topics, onClose }: FormProps) {
  const create = useCreateAcl(tenant);
  const form = useForm<NewAclBody>({
    initialValues: {
      principal: "",
      host: "*",
      resource_type: "topic",
      pattern_type: "literal",
      resource_name: "",
      operation: "read",
      permission: "allow",
    },
    validate: {
      principal: (principal) => (principal.trim() ? null : "Name a principal, such as User:billing."),
      host: (host) => (host.trim() ? null : "Give an address, or * for any."),
      resource_name: (name) => (name.trim() ? null : "Give a name, or * for all."),
    },
  });
  const { resource_type, pattern_type, resource_name, operation } = form.values;
  const changeType = (type: string) => {
    const cluster = type === "cluster";
    const operations = OPERATIONS[type]!;
    form.setValues({
      resource_type: type,
      pattern_type: cluster ? "literal" : pattern_type,
      resource_name: cluster ? CLUSTER_NAME : resource_name === CLUSTER_NAME ? "" : resource_name,
      operation: operations.includes(operation) ? operation : "describe",
    });
  };
  const submit = form.onSubmit((body) =>
    create.mutate(body, {
      onSuccess: () => {
        notifications.show({ title: "ACL added", message: sentenceOf(body) });
        onClose();
      },
    }),
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Refused error={create.error} />
        <Group align="flex-end" wrap="nowrap">
          <Autocomplete
            flex={1}
            label="Principal"
            data={principals}
            {...form.getInputProps("principal")}
          />
          <TextInput label="Host" w={160} {...form.getInputProps("host")} />
          <SegmentedControl
            aria-label="Permission"
            data={choices(["allow", "deny"])}
            {...form.getInputProps("permission")}
          />
        </Group>
        <Group align="flex-end" wrap="nowrap">
          <Select
            label="Kind of thing"
            w={180}
            data={choices(Object.keys(OPERATIONS))}
            allowDeselect={false}
            value={resource_type}
            onChange={(type) => type !== null && changeType(type)}
          />
          <Select
            label="Operation"
            w={180}
            data={choices(OPERATIONS[resource_type]!)}
            allowDeselect={false}
            {...form.getInputProps("operation")}
          />
        </Group>
        {resource_type !== "cluster" && (
          <Group align="flex-end" wrap="nowrap">
            <SegmentedControl
              aria-label="How the name is meant"
              data={[
                { value: "literal", label: "This name" },
                { value: "prefixed", label: "Names that begin with" },
              ]}
              {...form.getInputProps("pattern_type")}
            />
            <Autocomplete
              flex={1}
              label="Name"
              data={resource_type === "topic" ? topics : []}
              limit={50}
              {...form.getInputProps("resource_name")}
            />
          </Group>
        )}
        <Text size="sm" c="dimmed" role="status">
          {form.values.principal && resource_name ? `${sentenceOf(form.values)}.` : ""}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Add ACL
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
