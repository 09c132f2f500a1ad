import { Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { isOperator } from "../../access";
import { useTenantVerb, type TenantBody, type TenantVerb } from "../../api/hooks/tenants";
import { ConfirmByName } from "../../components/ConfirmByName";
import { Notice } from "../../components/Notice";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { useWorkspace } from "../../components/Workspace";

const WORDS: Record<TenantVerb, { verb: string; warning: string; done: string }> = {
  suspend: {
    verb: "Suspend tenant",
    warning:
      "Within five seconds its programs are cut off: Kafka connections close, REST and websockets refuse. Nothing is lost, and it can be resumed at any time.",
    done: "is suspended",
  },
  resume: { verb: "Resume tenant", warning: "Its programs are let in again.", done: "goes on" },
  delete: {
    verb: "Delete tenant",
    warning:
      "Within five seconds its programs are cut off. After a time of grace its topics, records, groups, accounts and keys are gone for good; until then it can be restored.",
    done: "will be deleted",
  },
  restore: { verb: "Restore tenant", warning: "It is not deleted.", done: "is restored" },
};

/** Suspending is for operators, deleting for them and for owners; both ask for the name. */
export function Standing({ tenant }: { tenant: TenantBody }) {
  const { user, tenant: access } = useWorkspace();
  const [asking, setAsking] = useState<TenantVerb | null>(null);
  const act = useTenantVerb(tenant.name);
  const operates = isOperator(user);
  const deletes = operates || access.role === "owner";
  const standing = tenant.standing ?? (tenant.active ? "active" : "suspended");
  const carryOut = (verb: TenantVerb) =>
    act.mutate(verb, {
      onSuccess: () => {
        notifications.show({ title: "Tenant", message: `${tenant.name} ${WORDS[verb].done}.` });
        setAsking(null);
      },
    });
  const ask = (verb: TenantVerb) => {
    act.reset();
    setAsking(verb);
  };
  if (!deletes) return null;
  return (
    <Panel title="Suspend or delete">
      <Stack gap="md">
        {standing === "deleting" && (
          <Notice tone="warn" title="This tenant is being deleted">
            Its data goes <When at={tenant.delete_after ?? null} />.
          </Notice>
        )}
        {standing === "suspended" && (
          <Notice tone="warn">This tenant is suspended: its programs are not let in.</Notice>
        )}
        {act.isError && asking === null && (
          <Text size="sm" c="var(--bad)" role="alert">
            {act.error.message}
          </Text>
        )}
        <Group>
          {operates && standing === "active" && (
            <Button variant="default" onClick={() => ask("suspend")}>
              Suspend…
            </Button>
          )}
          {operates && standing === "suspended" && (
            <Button loading={act.isPending} onClick={() => carryOut("resume")}>
              Resume
            </Button>
          )}
          {standing === "deleting" ? (
            <Button loading={act.isPending} onClick={() => carryOut("restore")}>
              Restore
            </Button>
          ) : (
            <Button variant="default" c="var(--bad)" onClick={() => ask("delete")}>
              Delete…
            </Button>
          )}
        </Group>
      </Stack>
      {asking && (
        <ConfirmByName
          title={WORDS[asking].verb}
          name={tenant.name}
          warning={WORDS[asking].warning}
          verb={WORDS[asking].verb}
          busy={act.isPending}
          error={act.error}
          onClose={() => setAsking(null)}
          onConfirm={() => carryOut(asking)}
        />
      )}
    </Panel>
  );
}
