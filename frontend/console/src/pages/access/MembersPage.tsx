import { Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";

import { may, refusal, ROLES } from "../../access";
import {
  useChangeRole,
  useMembers,
  useRemoveMember,
  type MemberBody,
} from "../../api/hooks/members";
import { ConfirmByName } from "../../components/ConfirmByName";
import { PlusIcon } from "../../components/icons";
import { ListFilter } from "../../components/ListFilter";
import { OfferedButton } from "../../components/Offered";
import { PageHeader } from "../../components/PageHeader";
import { RemoveButton } from "../../components/RemoveButton";
import { Empty, Refused, Unanswered } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { When } from "../../components/When";
import { useCreating } from "../../components/useCreating";
import { useWorkspace } from "../../components/Workspace";
import { formatPlural } from "../../records/format";
import classes from "../list.module.css";
import { Invitations } from "./Invitations";
import { InviteMember } from "./InviteMember";

export function MembersPage() {
  const { tenant, user } = useWorkspace();
  const members = useMembers(tenant.name);
  const change = useChangeRole(tenant.name);
  const [filter, setFilter] = useState("");
  const [adding, setAdding] = useCreating();
  const [removing, setRemoving] = useState<string | null>(null);
  const manages = may(tenant, "ADMINISTER");
  const { mutate: changeRole } = change;
  const columns = useMemo(
    () => columnsFor({ manages, self: user.login, onRole: changeRole, onRemove: setRemoving }),
    [manages, user.login, changeRole],
  );
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return (members.data ?? []).filter(({ login, name, role }) =>
      `${login} ${name} ${role}`.toLowerCase().includes(wanted),
    );
  }, [members.data, filter]);
  return (
    <div className={classes.page}>
      <PageHeader
        title="Members"
        subtitle={
          members.data &&
          `${formatPlural(members.data.length, "person").replace("persons", "people")} in ${tenant.name}`
        }
        actions={
          <OfferedButton
            shortcut="c"
            leftSection={<PlusIcon size={16} />}
            refusal={refusal(tenant, "ADMINISTER", "invite people")}
            onClick={() => setAdding(true)}
          >
            Invite
          </OfferedButton>
        }
      />
      <Refused error={change.error} mb="sm" />
      <Unanswered query={members} what="members" />
      {members.data?.length === 0 && (
        <Empty title="Nobody is in this tenant yet">
          People sign in to this console and see the tenants that they are members of. Make the
          first one an owner: owners invite the others.
        </Empty>
      )}
      {members.data && members.data.length > 0 && (
        <>
          <Stack gap="sm" mb="sm">
            <ListFilter
              label="Filter members by name, login or role"
              value={filter}
              onChange={setFilter}
            />
          </Stack>
          <VirtualTable
            label="Members"
            rows={shown}
            columns={columns}
            rowId={({ login }) => login}
            rowHeight={52}
          />
          <RoleLegend />
        </>
      )}
      {manages && <Invitations tenant={tenant.name} />}
      {adding && manages && <InviteMember tenant={tenant.name} onClose={() => setAdding(false)} />}
      {removing !== null && (
        <RemoveMember tenant={tenant.name} login={removing} onClose={() => setRemoving(null)} />
      )}
    </div>
  );
}

function RoleLegend() {
  return (
    <Text size="xs" c="dimmed" mt="sm">
      {ROLES.map(({ label, can }) => `${label}: ${can}`).join(" · ")}
    </Text>
  );
}

interface RemoveProps {
  tenant: string;
  login: string;
  onClose: () => void;
}

function RemoveMember({ tenant, login, onClose }: RemoveProps) {
  const remove = useRemoveMember(tenant);
  return (
    <ConfirmByName
      title="Remove member"
      name={login}
      warning={`They lose ${tenant} at once, open pages included, and invitations that they made end. Keys that they issued stay valid: revoke those on the API keys page.`}
      verb="Remove member"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(login, {
          onSuccess: () => {
            notifications.show({ title: "Member removed", message: login });
            onClose();
          },
        })
      }
    />
  );
}

interface ColumnOptions {
  manages: boolean;
  self: string;
  onRole: (change: { login: string; role: string }) => void;
  onRemove: (login: string) => void;
}

function columnsFor({ manages, self, onRole, onRemove }: ColumnOptions): Column<MemberBody>[] {
  return [
    {
      id: "login",
      header: "Person",
      width: "minmax(220px, 2fr)",
      by: ({ login }) => login,
      cell: ({ login, name }) => (
        <div>
          <Text size="sm" fw={550} truncate>
            {name || login}
            {login === self && (
              <Text span size="xs" c="dimmed" fw={400}>
                {" "}
                you
              </Text>
            )}
          </Text>
          {name && (
            <Text size="xs" c="dimmed" truncate>
              {login}
            </Text>
          )}
        </div>
      ),
    },
    {
      id: "role",
      header: "Role",
      width: "180px",
      by: ({ role }) => ROLES.findIndex(({ value }) => value === role),
      cell: ({ login, role }) =>
        manages && login !== self ? (
          <Select
            size="xs"
            aria-label={`Role of ${login}`}
            data={ROLES.map(({ value, label }) => ({ value, label }))}
            value={role}
            allowDeselect={false}
            onChange={(chosen) => chosen !== null && onRole({ login, role: chosen })}
          />
        ) : (
          <span>{ROLES.find(({ value }) => value === role)?.label ?? role}</span>
        ),
    },
    {
      id: "since",
      header: "Member since",
      width: "minmax(140px, 1fr)",
      by: ({ created_at }) => created_at,
      cell: ({ created_at }) => <When at={created_at} />,
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "60px",
      align: "right",
      cell: ({ login }) =>
        manages &&
        login !== self && (
          <RemoveButton label={`Remove ${login}`} onClick={() => onRemove(login)} />
        ),
    },
  ];
}
