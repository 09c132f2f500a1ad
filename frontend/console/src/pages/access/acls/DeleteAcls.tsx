import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { useDeleteAcls, type AclBody } from "../../../api/hooks/acls";
import { Refused } from "../../../components/states";
import { formatPlural } from "../../../records/format";
import { AclList } from "./AclList";

interface Props {
  tenant: string;
  acls: AclBody[];
  onClose: () => void;
}

/** Shows what would go before it goes. */
export function DeleteAcls({ tenant, acls, onClose }: Props) {
  const remove = useDeleteAcls(tenant);
  const count = formatPlural(acls.length, "ACL");
  const confirm = () =>
    remove.mutate(acls, {
      onSuccess: () => {
        notifications.show({ title: "ACLs", message: `${count} deleted.` });
        onClose();
      },
    });
  return (
    <Modal opened onClose={onClose} title={`Delete ${count}`} centered size="lg">
      <Stack gap="md">
        <Refused error={remove.error} />
        <AclList label="What would be deleted" acls={acls} />
        <Text size="sm" c="dimmed">
          What no ACL allows is refused, on open connections too, within five seconds. A deleted
          denial lets in whoever an allowing ACL names.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red.9" loading={remove.isPending} onClick={confirm} data-autofocus>
            Delete {count}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
