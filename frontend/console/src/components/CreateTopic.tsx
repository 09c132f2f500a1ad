import {
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";

import { useCreateTopic } from "../api/hooks/topics";
import { EMPTY_TOPIC, newTopic, problemOfConfigs, problemOfName, RETENTIONS } from "./newTopic";
import { Refused } from "./states";

interface Props {
  cluster: string;
  onClose: () => void;
}

export function CreateTopic({ cluster, onClose }: Props) {
  const create = useCreateTopic(cluster);
  const navigate = useNavigate();
  const form = useForm({
    initialValues: EMPTY_TOPIC,
    validate: {
      name: problemOfName,
      partitions: (count) => (Number(count) >= 1 ? null : "A topic has at least one partition."),
      configs: problemOfConfigs,
    },
  });
  const submit = form.onSubmit((values) =>
    create.mutate(newTopic(values), {
      onSuccess: () => {
        notifications.show({ title: "Topic created", message: values.name });
        onClose();
        void navigate({ to: "/topics/$topic/live", params: { topic: values.name } });
      },
    }),
  );
  return (
    <Modal opened onClose={onClose} title="Create topic" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={create.error} />
          <TextInput
            label="Name"
            description="Letters, digits, dots, dashes and underscores; it cannot be changed later."
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Group grow align="flex-start">
            <NumberInput
              label="Partitions"
              min={1}
              allowDecimal={false}
              {...form.getInputProps("partitions")}
            />
            <Select
              label="Keep records for"
              data={RETENTIONS}
              allowDeselect={false}
              {...form.getInputProps("retention")}
            />
          </Group>
          <Textarea
            label="Further configs"
            description="One a line, with Kafka's names"
            placeholder="max.message.bytes=2097152"
            autosize
            minRows={2}
            maxRows={8}
            spellCheck={false}
            classNames={{ input: "mono" }}
            {...form.getInputProps("configs")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create topic
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
