import {
  Button,
  Group,
  Modal,
  MultiSelect,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { useDeleteRecords } from "../../api/hooks/records";
import type { DeletedRecordsBody } from "../../api/topicTypes";
import { ConfirmByName } from "../../components/ConfirmByName";
import { Refused } from "../../components/states";
import { formatCount, formatPlural } from "../../records/format";
import { deletionBody, problemOfDeletion, type Deletion } from "./deletion";

interface Props {
  cluster: string;
  topic: string;
  /** How many partitions the topic has. */
  count: number;
  onClose: () => void;
}

/** Deletes the older records of a topic: first what would go, then the topic's name, then it goes. */
export function DeleteRecords({ cluster, topic, count, onClose }: Props) {
  const [deletion, setDeletion] = useState<Deletion>({ partitions: [], until: "end", offset: "" });
  const preview = useDeleteRecords(cluster, topic);
  const remove = useDeleteRecords(cluster, topic);

  if (preview.data) {
    const total = totalOf(preview.data);
    return (
      <ConfirmByName
        title="Delete records"
        name={topic}
        warning={`${formatPlural(total, "record")} of ${formatPlural(preview.data.data.length, "partition")} go for everybody, whether they were read or not. This cannot be undone. The topic and its configs stay, and offsets go on where they are.`}
        verb={`Delete ${formatPlural(total, "record")}`}
        busy={remove.isPending}
        error={remove.error}
        onClose={onClose}
        onConfirm={() =>
          remove.mutate(deletionBody(deletion, count, false), {
            onSuccess: (gone) => {
              const message = `${formatPlural(totalOf(gone), "record")} of ${topic}`;
              notifications.show({ title: "Records deleted", message });
              onClose();
            },
          })
        }
      />
    );
  }
  const problem = problemOfDeletion(deletion);
  return (
    <Modal opened onClose={onClose} title="Delete records" centered>
      <Stack gap="md">
        <Text size="sm">
          Older records of a partition can be deleted, up to its end or up to an offset. Single
          records from the middle cannot.
        </Text>
        <MultiSelect
          label="Partitions"
          placeholder={deletion.partitions.length === 0 ? `All ${formatCount(count)}` : ""}
          data={Array.from({ length: count }, (_, id) => String(id))}
          limit={100}
          searchable
          clearable
          value={deletion.partitions.map(String)}
          onChange={(ids) => setDeletion({ ...deletion, partitions: ids.map(Number) })}
        />
        <SegmentedControl
          aria-label="Delete up to"
          data={[
            { value: "end", label: "All records there are now" },
            { value: "offset", label: "Those before an offset" },
          ]}
          value={deletion.until}
          onChange={(until) => setDeletion({ ...deletion, until: until as Deletion["until"] })}
        />
        {deletion.until === "offset" && (
          <TextInput
            label="First offset that stays"
            inputMode="numeric"
            value={deletion.offset}
            onChange={(event) =>
              setDeletion({ ...deletion, offset: event.currentTarget.value.replace(/\D/g, "") })
            }
          />
        )}
        <Refused error={preview.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={problem !== null}
            loading={preview.isPending}
            onClick={() => preview.mutate(deletionBody(deletion, count, true))}
          >
            See what would go
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function totalOf({ data }: DeletedRecordsBody): number {
  return data.reduce((sum, { records }) => sum + Number(records), 0);
}
