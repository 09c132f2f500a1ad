import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";

import { useDeleteConnector } from "../../api/hooks/connectors";
import { ConfirmByName } from "../../components/ConfirmByName";

interface Props {
  tenant: string;
  name: string;
  onClose: () => void;
}

export function DeleteConnector({ tenant, name, onClose }: Props) {
  const remove = useDeleteConnector(tenant);
  const navigate = useNavigate();
  return (
    <ConfirmByName
      title="Delete connector"
      name={name}
      warning="Its tasks end and its config and secrets are gone. What it wrote stays, and so does how far it was: one of the same name would go on from there."
      verb="Delete connector"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(name, {
          onSuccess: () => {
            notifications.show({ title: "Connector deleted", message: name });
            void navigate({ to: "/connectors" });
          },
        })
      }
    />
  );
}
