import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";

import { useDeleteGroup } from "../../api/hooks/groups";
import { ConfirmByName } from "../../components/ConfirmByName";

interface Props {
  cluster: string;
  group: string;
  onClose: () => void;
}

export function DeleteGroup({ cluster, group, onClose }: Props) {
  const remove = useDeleteGroup(cluster);
  const navigate = useNavigate();
  return (
    <ConfirmByName
      title="Delete consumer group"
      name={group}
      warning="Its committed offsets go with it: a consumer that joins under this name later begins at its own auto.offset.reset. Records stay."
      verb="Delete group"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(group, {
          onSuccess: () => {
            notifications.show({ title: "Consumer group deleted", message: group });
            void navigate({ to: "/groups" });
          },
        })
      }
    />
  );
}
