import { Button, Group, Modal, NumberInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, type FormEvent } from "react";

import { useGrowTopic } from "../../../api/hooks/partitions";
import { Notice } from "../../../components/Notice";
import { Refused } from "../../../components/states";
import { formatPlural } from "../../../records/format";

interface Props {
  cluster: string;
  topic: string;
  /** How many partitions there are. */
  count: number;
  onClose: () => void;
}

/** Adds partitions, and says before what that does to keys. */
export function GrowTopic({ cluster, topic, count, onClose }: Props) {
  const grow = useGrowTopic(cluster, topic);
  const [wanted, setWanted] = useState<number | string>(count + 1);
  const total = Number(wanted);
  const good = Number.isInteger(total) && total > count;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!good) return;
    grow.mutate(total, {
      onSuccess: () => {
        notifications.show({ title: "Partitions added", message: `${topic} has ${total} now` });
        onClose();
      },
    });
  };
  return (
    <Modal opened onClose={onClose} title="Add partitions" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <NumberInput
            label="Partitions in all"
            description={`There are ${count}. A topic cannot lose partitions again.`}
            min={count + 1}
            allowDecimal={false}
            data-autofocus
            value={wanted}
            onChange={setWanted}
            error={good ? undefined : `More than ${count}, please.`}
          />
          <Notice tone="warn">
            From then on a key may belong to another partition than before: new records of it are no
            longer in one order with its old ones. Records that are there stay where they are.
          </Notice>
          <Refused error={grow.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={grow.isPending} disabled={!good}>
              {good ? `Add ${formatPlural(total - count, "partition")}` : "Add partitions"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
