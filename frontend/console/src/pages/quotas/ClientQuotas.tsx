import { Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";

import { may, refusal } from "../../access";
import {
  useClientQuotas,
  useRemoveClientQuota,
  type ClientQuotaBody,
  type ClientQuotaName,
  type UsedClientQuota,
} from "../../api/hooks/clientQuotas";
import { PlusIcon } from "../../components/icons";
import { OfferedButton } from "../../components/Offered";
import { RemoveButton } from "../../components/RemoveButton";
import { Unanswered } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { useWorkspace } from "../../components/Workspace";
import { entityWords } from "../../quotas/entity";
import { ClientQuotaUse } from "./ClientQuotaUse";
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
          rowHeight={56}
          minWidth={900}
        />
      )}
      {adding && <SetClientQuota tenant={tenant.name} onClose={() => setAdding(false)} />}
    </>
  );
}

const QUOTAS: { name: ClientQuotaName; header: string; width: string }[] = [
  { name: "producer_byte_rate", header: "Produce", width: "140px" },
  { name: "consumer_byte_rate", header: "Fetch", width: "140px" },
  { name: "request_percentage", header: "Request time", width: "140px" },
  { name: "controller_mutation_rate", header: "Partitions", width: "140px" },
  { name: "connection_creation_rate", header: "New connections", width: "150px" },
];

function columnsFor(onRemove: (quota: ClientQuotaBody) => void): Column<UsedClientQuota>[] {
  return [
    {
      id: "entity",
      header: "For",
      width: "minmax(240px, 2fr)",
      by: ({ entity }) => entityWords(entity),
      cell: ({ entity }) => <span>{entityWords(entity)}</span>,
    },
    ...QUOTAS.map(({ name, header, width }): Column<UsedClientQuota> => ({
      id: name,
      header,
      width,
      align: "right",
      by: ({ values }) => values[name] ?? null,
      cell: (quota) => <ClientQuotaUse quota={quota} name={name} />,
    })),
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
