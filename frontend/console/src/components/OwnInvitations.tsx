import { Alert, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";

import {
  useAccept,
  useDecline,
  useOwnInvitations,
  type OwnInvitationBody,
} from "../api/hooks/invitations";

/** The tenants that whoever is signed in is invited into; nothing where there are none. */
export function OwnInvitations() {
  const invitations = useOwnInvitations();
  return (
    <>
      {invitations.data?.map((invitation) => (
        <OwnInvitation key={invitation.tenant} invitation={invitation} />
      ))}
    </>
  );
}

function OwnInvitation({ invitation }: { invitation: OwnInvitationBody }) {
  const { tenant, role, invited_by: by } = invitation;
  const navigate = useNavigate();
  const accept = useAccept(() => {
    notifications.show({ title: "You are in", message: `${tenant}, as ${role}` });
    void navigate({ to: "/", search: { tenant } });
  });
  const decline = useDecline();
  const error = accept.error ?? decline.error;
  return (
    <Alert
      color={error ? "red" : "tide"}
      variant="light"
      mb="md"
      role={error ? "alert" : "status"}
      title={`You are invited into ${tenant}`}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {error ? error.message : `As ${role}, by ${by.replace(/^User:@?/, "")}.`}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            loading={decline.isPending}
            onClick={() => decline.mutate(tenant)}
          >
            No, thank you
          </Button>
          <Button size="xs" loading={accept.isPending} onClick={() => accept.mutate({ tenant })}>
            Join {tenant}
          </Button>
        </Group>
      </Group>
    </Alert>
  );
}
