import { Button, Group, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";

import { may, refusal } from "../../access";
import { useAlterTenant, useTenant, type TenantBody } from "../../api/hooks/tenants";
import { CopyField } from "../../components/Copy";
import { OfferedButton } from "../../components/Offered";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { Refused, Unanswered } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { Standing } from "./Standing";

/** How topics of the tenant begin, and whether the tenant goes on at all. */
export function SettingsPage() {
  const { tenant } = useWorkspace();
  const found = useTenant(tenant.name);
  return (
    <>
      <PageHeader title="Settings" subtitle={`of tenant ${tenant.name}`} />
      <Unanswered query={found} what="settings" />
      {found.data && (
        <Stack gap="md" maw={760}>
          <Panel title="Tenant">
            <CopyField label="Cluster id" value={found.data.cluster_id} />
          </Panel>
          <Panel title="Topics">
            <TopicSettings key={JSON.stringify(found.data)} settings={found.data} />
          </Panel>
          <Standing tenant={found.data} />
        </Stack>
      )}
    </>
  );
}

function TopicSettings({ settings }: { settings: TenantBody }) {
  const { tenant } = useWorkspace();
  const alter = useAlterTenant(tenant.name);
  const manages = may(tenant, "ADMINISTER");
  const form = useForm({
    initialValues: {
      auto_create_topics: settings.auto_create_topics,
      default_partition_count: settings.default_partition_count,
    },
    validate: {
      default_partition_count: (count) => (Number(count) >= 1 ? null : "One at least."),
    },
  });
  const save = form.onSubmit((changes) =>
    alter.mutate(changes, {
      onSuccess: () => notifications.show({ title: "Settings", message: "Saved." }),
    }),
  );
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <Refused error={alter.error} />
        <Switch
          label="Make topics by themselves"
          description="A topic that a client names, and that is not there, is made, if the client may create topics."
          disabled={!manages}
          {...form.getInputProps("auto_create_topics", { type: "checkbox" })}
        />
        <NumberInput
          label="Partitions of a new topic"
          description="Where whoever makes it does not say."
          w={260}
          min={1}
          allowDecimal={false}
          disabled={!manages}
          {...form.getInputProps("default_partition_count")}
        />
        <Group>
          {manages ? (
            <Button type="submit" loading={alter.isPending} disabled={!form.isDirty()}>
              Save
            </Button>
          ) : (
            <OfferedButton
              refusal={refusal(tenant, "ADMINISTER", "change settings")}
              onClick={() => undefined}
            >
              Save
            </OfferedButton>
          )}
          {!manages && (
            <Text size="xs" c="dimmed">
              {refusal(tenant, "ADMINISTER", "change settings")}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
