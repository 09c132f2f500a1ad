import { Button, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";

import { may, refusal } from "../../access";
import {
  useCreateServiceAccount,
  useDeleteServiceAccount,
  useServiceAccounts,
  type AccountPreset,
  type ServiceAccountBody,
} from "../../api/hooks/serviceAccounts";
import { ConfirmByName } from "../../components/ConfirmByName";
import { PlusIcon } from "../../components/icons";
import { TextLink } from "../../components/links";
import { ListFilter } from "../../components/ListFilter";
import { OfferedButton } from "../../components/Offered";
import { PageHeader } from "../../components/PageHeader";
import { RemoveButton } from "../../components/RemoveButton";
import { Empty, Refused, Unanswered } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { When } from "../../components/When";
import { useCreating } from "../../components/useCreating";
import { useWorkspace } from "../../components/Workspace";
import { formatCount, formatPlural } from "../../records/format";
import classes from "../list.module.css";

export function ServiceAccountsPage() {
  const { tenant } = useWorkspace();
  const accounts = useServiceAccounts(tenant.name);
  const [filter, setFilter] = useState("");
  const [creating, setCreating] = useCreating();
  const [deleting, setDeleting] = useState<string | null>(null);
  const manages = may(tenant, "ADMINISTER");
  const columns = useMemo(() => columnsFor(manages, setDeleting), [manages]);
  const wanted = filter.trim().toLowerCase();
  const shown = (accounts.data ?? []).filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <div className={classes.page}>
      <PageHeader
        title="Service accounts"
        subtitle={
          accounts.data && `${formatPlural(accounts.data.length, "account")} in ${tenant.name}`
        }
        actions={
          <OfferedButton
            shortcut="c"
            leftSection={<PlusIcon size={16} />}
            refusal={refusal(tenant, "ADMINISTER", "create service accounts")}
            onClick={() => setCreating(true)}
          >
            Create service account
          </OfferedButton>
        }
      />
      <Unanswered query={accounts} what="service accounts" />
      {accounts.data?.length === 0 && (
        <Empty title="No service accounts yet">
          A service account is a principal for one program. Give each program its own, and keys of
          its own: then one can be cut off without the others.
        </Empty>
      )}
      {accounts.data && accounts.data.length > 0 && (
        <>
          <Group mb="sm">
            <ListFilter
              label="Filter service accounts by name"
              value={filter}
              onChange={setFilter}
            />
          </Group>
          <VirtualTable
            label="Service accounts"
            rows={shown}
            columns={columns}
            rowId={({ name }) => name}
          />
        </>
      )}
      {creating && manages && <Create tenant={tenant.name} onClose={() => setCreating(false)} />}
      {deleting !== null && (
        <Delete tenant={tenant.name} account={deleting} onClose={() => setDeleting(null)} />
      )}
    </div>
  );
}

function columnsFor(
  manages: boolean,
  onDelete: (name: string) => void,
): Column<ServiceAccountBody>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: "minmax(200px, 2fr)",
      by: ({ name }) => name,
      cell: ({ name }) => (
        <strong style={{ fontWeight: 550 }} title={name}>
          {name}
        </strong>
      ),
    },
    {
      id: "principal",
      header: "Principal",
      width: "minmax(180px, 1.5fr)",
      cell: ({ principal }) => <span className="mono">{principal}</span>,
    },
    {
      id: "keys",
      header: "Keys in force",
      width: "130px",
      align: "right",
      by: ({ active_keys }) => active_keys,
      cell: ({ name, active_keys }) => (
        <TextLink size="sm" to="/keys" search={{ account: name }}>
          {formatCount(active_keys)}
        </TextLink>
      ),
    },
    {
      id: "acls",
      header: "ACLs",
      width: "90px",
      align: "right",
      cell: ({ principal }) => (
        <TextLink
          size="sm"
          to="/acls"
          search={{ principal }}
          aria-label={`show the ACLs of ${principal}`}
        >
          show
        </TextLink>
      ),
    },
    {
      id: "created",
      header: "Created",
      width: "minmax(120px, 1fr)",
      by: ({ created_at }) => created_at,
      cell: ({ created_at }) => <When at={created_at} />,
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "60px",
      align: "right",
      cell: ({ name }) =>
        manages && (
          <RemoveButton label={`Delete service account ${name}`} onClick={() => onDelete(name)} />
        ),
    },
  ];
}

const PRESETS: { value: AccountPreset; label: string; can: string }[] = [
  { value: "records", label: "Read and write", can: "all topics, in any consumer group" },
  { value: "producer", label: "Only write", can: "all topics, also in transactions" },
  { value: "consumer", label: "Only read", can: "all topics, in any consumer group" },
  { value: "administrator", label: "Administer", can: "also make, change and delete topics" },
  { value: "none", label: "Nothing yet", can: "until ACLs are added" },
];

function Create({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const create = useCreateServiceAccount(tenant);
  const form = useForm({
    initialValues: { name: "", preset: "records" as AccountPreset },
    validate: { name: (name) => (name.trim() ? null : "Enter a name.") },
  });
  const submit = form.onSubmit(({ name, preset }) =>
    create.mutate({ name: name.trim(), preset }, {
      onSuccess: (made) => {
        notifications.show({ title: "Service account created", message: made.name });
        onClose();
      },
    }),
  );
  return (
    <Modal opened onClose={onClose} title="Create service account" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={create.error} />
          <TextInput
            label="Name"
            description="Best the program's own. It becomes the principal User:NAME."
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Radio.Group
            label="It may"
            description="Its ACLs say so, and can be changed at any time."
            {...form.getInputProps("preset")}
          >
            <Stack gap="xs" mt="xs">
              {PRESETS.map(({ value, label, can }) => (
                <Radio key={value} value={value} label={label} description={can} />
              ))}
            </Stack>
          </Radio.Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface DeleteProps {
  tenant: string;
  account: string;
  onClose: () => void;
}

function Delete({ tenant, account, onClose }: DeleteProps) {
  const remove = useDeleteServiceAccount(tenant);
  return (
    <ConfirmByName
      title="Delete service account"
      name={account}
      warning="All of its keys are revoked; what logged in with them is cut off within five seconds."
      verb="Delete service account"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(account, {
          onSuccess: () => {
            notifications.show({ title: "Service account deleted", message: account });
            onClose();
          },
        })
      }
    />
  );
}
