import { Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";

import { may, refusal } from "../../access";
import {
  useClientQuotas,
  useRemoveClientQuota,
  type ClientQuotaBody,
} from "../../api/hooks/clientQuotas";
import { PlusIcon } from "../../components/icons";
import { OfferedButton } from "../../components/Offered";
import { RemoveButton } from "../../components/RemoveButton";
import { Unanswered } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { useWorkspace } from "../../components/Workspace";
import { formatBytes } from "../../records/format";
import { entityWords } from "../../quotas/entity";
import { SetClientQuota } from "./SetClientQuota";

/** How the tenant shares its limits out among its own users and clients. */
export function ClientQuotas() {
  const { tenant } = useWorkspace();
  const manages = may(tenant, "ADMINISTER");
  const quotas = useClientQuotas(tenant.name, manages);
  const remove = useRemoveClientQuota(tenant.name);
  const [adding, setAdding] = useState(false);
  const columns = useMemo(
    () =>
      columnsFor(({ entity }) =>
        remove.mutate(entity, {
          onError: (error) =>
            notifications.show({ color: "red", title: "The quota stays", message: error.message }),
        }),
      ),
    [remove.mutate],
  );
  if (!manages) {
    return (
      <Text size="sm" c="dimmed">
        {refusal(tenant, "ADMINISTER", "see quotas of users and clients")}
      </Text>
    );
  }
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed" maw={640}>
          Within its limits a tenant can keep single users and clients to less. Kafka's rules decide
          which of several quotas holds: the most exact one.
        </Text>
        <OfferedButton
          leftSection={<PlusIcon size={16} />}
          refusal={null}
          onClick={() => setAdding(true)}
        >
          Set a quota
        </OfferedButton>
      </Group>
      <Unanswered query={quotas} what="quotas of users and clients" />
      {quotas.data?.length === 0 && (
        <Text size="sm" c="dimmed" ta="center" py="xl">
          No user or client is kept to less than the tenant.
        </Text>
      )}
      {quotas.data && quotas.data.length > 0 && (
        <VirtualTable
          label="Quotas of users and clients"
          rows={quotas.data}
          columns={columns}
          rowId={({ entity }) => JSON.stringify(entity)}
          minWidth={860}
        />
      )}
      {adding && <SetClientQuota tenant={tenant.name} onClose={() => setAdding(false)} />}
    </>
  );
}

const rate = (value: number | undefined) => (value === undefined ? "–" : `${formatBytes(value)}/s`);

function columnsFor(onRemove: (quota: ClientQuotaBody) => void): Column<ClientQuotaBody>[] {
  return [
    {
      id: "entity",
      header: "For",
      width: "minmax(240px, 2fr)",
      by: ({ entity }) => entityWords(entity),
      cell: ({ entity }) => <span>{entityWords(entity)}</span>,
    },
    {
      id: "produce",
      header: "Produce",
      width: "130px",
      align: "right",
      by: ({ values }) => values.producer_byte_rate ?? null,
      cell: ({ values }) => <span>{rate(values.producer_byte_rate)}</span>,
    },
    {
      id: "fetch",
      header: "Fetch",
      width: "130px",
      align: "right",
      by: ({ values }) => values.consumer_byte_rate ?? null,
      cell: ({ values }) => <span>{rate(values.consumer_byte_rate)}</span>,
    },
    {
      id: "time",
      header: "Request time",
      width: "130px",
      align: "right",
      by: ({ values }) => values.request_percentage ?? null,
      cell: ({ values }) => (
        <span>
          {values.request_percentage === undefined ? "–" : `${values.request_percentage} %`}
        </span>
      ),
    },
    {
      id: "mutations",
      header: "Partitions",
      width: "130px",
      align: "right",
      by: ({ values }) => values.controller_mutation_rate ?? null,
      cell: ({ values }) => (
        <span>
          {values.controller_mutation_rate === undefined
            ? "–"
            : `${values.controller_mutation_rate}/s`}
        </span>
      ),
    },
    {
      id: "connections",
      header: "New connections",
      width: "150px",
      align: "right",
      by: ({ values }) => values.connection_creation_rate ?? null,
      cell: ({ values }) => (
        <span>
          {values.connection_creation_rate === undefined
            ? "–"
            : `${values.connection_creation_rate}/s`}
        </span>
      ),
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "60px",
      align: "right",
      cell: (quota) => (
        <RemoveButton
          label={`Take the quota of ${entityWords(quota.entity)} away`}
          onClick={() => onRemove(quota)}
        />
      ),
    },
  ];
}
