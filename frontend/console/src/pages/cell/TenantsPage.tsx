import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { isOperator } from "../../access";
import { useCreateTenant, useTenants, type TenantBody } from "../../api/hooks/tenants";
import { PlusIcon } from "../../components/icons";
import { TextLink } from "../../components/links";
import { ListFilter } from "../../components/ListFilter";
import { OfferedButton } from "../../components/Offered";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Refused, Unanswered } from "../../components/states";
import { useCreating } from "../../components/useCreating";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { When } from "../../components/When";
import { useWorkspace } from "../../components/Workspace";
import { formatPlural } from "../../records/format";
import classes from "../list.module.css";

/** Every tenant of the cell, for its operators. */
export function TenantsPage() {
  const { user } = useWorkspace();
  const operates = isOperator(user);
  const tenants = useTenants(operates);
  const [filter, setFilter] = useState("");
  const [creating, setCreating] = useCreating();
  const wanted = filter.trim().toLowerCase();
  const shown = (tenants.data ?? []).filter(({ name, cluster_id }) =>
    `${name} ${cluster_id}`.toLowerCase().includes(wanted),
  );
  if (!operates) {
    return (
      <>
        <PageHeader title="Tenants" />
        <Empty title="Tenants are shown to operators">
          You see those that you are a member of at the top of the page.
        </Empty>
      </>
    );
  }
  return (
    <div className={classes.page}>
      <PageHeader
        title="Tenants"
        subtitle={tenants.data && `${formatPlural(tenants.data.length, "tenant")} in this cell`}
        actions={
          <OfferedButton
            shortcut="c"
            leftSection={<PlusIcon size={16} />}
            refusal={null}
            onClick={() => setCreating(true)}
          >
            Create tenant
          </OfferedButton>
        }
      />
      <Unanswered query={tenants} what="tenants" />
      {tenants.data && (
        <>
          <Group mb="sm">
            <ListFilter label="Filter tenants by name" value={filter} onChange={setFilter} />
          </Group>
          <VirtualTable label="Tenants" rows={shown} columns={COLUMNS} rowId={({ name }) => name} />
        </>
      )}
      {creating && <Create onClose={() => setCreating(false)} />}
    </div>
  );
}

const COLUMNS: Column<TenantBody>[] = [
  {
    id: "name",
    header: "Name",
    width: "minmax(200px, 2fr)",
    by: ({ name }) => name,
    cell: ({ name }) => (
      <TextLink size="sm" fw={550} to="/settings" search={{ tenant: name }}>
        {name}
      </TextLink>
    ),
  },
  {
    id: "cluster",
    header: "Cluster id",
    width: "minmax(140px, 1fr)",
    by: ({ cluster_id }) => cluster_id,
    cell: ({ cluster_id }) => <span className="mono">{cluster_id}</span>,
  },
  {
    id: "standing",
    header: "State",
    width: "130px",
    by: ({ active }) => String(active),
    cell: ({ active }) => (
      <span className={classes.state} data-tone={active ? "good" : "warn"}>
        {active ? "active" : "suspended"}
      </span>
    ),
  },
  {
    id: "plan",
    header: "Plan",
    width: "120px",
    by: ({ plan }) => plan,
    cell: ({ name, plan }) => (
      <TextLink size="sm" to="/quotas" search={{ tenant: name }} aria-label={`${plan}: quotas of ${name}`}>
        {plan}
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
];

function Create({ onClose }: { onClose: () => void }) {
  const create = useCreateTenant();
  const form = useForm({
    initialValues: { name: "" },
    validate: { name: (name) => (name.trim() ? null : "Enter a name.") },
  });
  const submit = form.onSubmit(({ name }) =>
    create.mutate(name.trim(), {
      onSuccess: (made) => {
        notifications.show({ title: "Tenant created", message: made.name });
        onClose();
      },
    }),
  );
  return (
    <Modal opened onClose={onClose} title="Create tenant" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={create.error} />
          <TextInput
            label="Name"
            description="It has no members yet: invite its first owner on its members page."
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            {...form.getInputProps("name")}
          />
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
