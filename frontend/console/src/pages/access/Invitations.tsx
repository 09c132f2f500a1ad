import { Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMemo } from "react";

import { ROLES } from "../../access";
import { useInvitations, useWithdraw, type InvitationBody } from "../../api/hooks/invitations";
import { RemoveButton } from "../../components/RemoveButton";
import { Refused } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { When } from "../../components/When";

/** Invitations that nobody has accepted yet; nothing where there are none. */
export function Invitations({ tenant }: { tenant: string }) {
  const invitations = useInvitations(tenant, true);
  const withdraw = useWithdraw(tenant);
  const { mutate } = withdraw;
  const columns = useMemo(
    () =>
      columnsFor((login) =>
        mutate(login, {
          onSuccess: () =>
            notifications.show({ title: "Invitation withdrawn", message: login }),
        }),
      ),
    [mutate],
  );
  if (!invitations.data?.length && !withdraw.isError) return null;
  return (
    <section aria-label="Invitations">
      <Title order={2} size="h4" mt="lg" mb="xs">
        Invitations
      </Title>
      <Refused error={withdraw.error} mb="sm" />
      <VirtualTable
        label="Invitations"
        rows={invitations.data ?? []}
        columns={columns}
        rowId={({ login }) => login}
      />
    </section>
  );
}

function columnsFor(onWithdraw: (login: string) => void): Column<InvitationBody>[] {
  return [
    {
      id: "login",
      header: "Invited",
      width: "minmax(220px, 2fr)",
      by: ({ login }) => login,
      cell: ({ login }) => (
        <Text size="sm" truncate>
          {login}
        </Text>
      ),
    },
    {
      id: "role",
      header: "Role",
      width: "120px",
      by: ({ role }) => ROLES.findIndex(({ value }) => value === role),
      cell: ({ role }) => <span>{ROLES.find(({ value }) => value === role)?.label ?? role}</span>,
    },
    {
      id: "by",
      header: "Invited by",
      width: "minmax(140px, 1fr)",
      by: ({ invited_by: by }) => by,
      cell: ({ invited_by: by }) => (
        <Text size="sm" truncate>
          {by.replace(/^User:@?/, "")}
        </Text>
      ),
    },
    {
      id: "until",
      header: "Runs out",
      width: "120px",
      by: ({ expires_at: until }) => until,
      cell: ({ expires_at: until }) => <When at={until} />,
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "60px",
      align: "right",
      cell: ({ login }) => (
        <RemoveButton label={`Withdraw the invitation of ${login}`} onClick={() => onWithdraw(login)} />
      ),
    },
  ];
}
