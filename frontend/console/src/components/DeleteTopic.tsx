import { notifications } from "@mantine/notifications";

import { useDeleteTopic } from "../api/hooks/topics";
import { ConfirmByName } from "./ConfirmByName";

interface Props {
  cluster: string;
  topic: string;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteTopic({ cluster, topic, onClose, onDeleted }: Props) {
  const remove = useDeleteTopic(cluster);
  return (
    <ConfirmByName
      title="Delete topic"
      name={topic}
      warning="All of its records are deleted with it, for everybody. This cannot be undone."
      verb="Delete topic"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(topic, {
          onSuccess: () => {
            notifications.show({ title: "Topic deleted", message: topic });
            onClose();
            onDeleted?.();
          },
        })
      }
    />
  );
}
