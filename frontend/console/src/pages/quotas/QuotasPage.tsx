import { ActionIcon, Badge, Tabs, Tooltip } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { isOperator } from "../../access";
import { useQuotas, type Limit } from "../../api/hooks/quotas";
import { EditIcon } from "../../components/icons";
import { PageHeader } from "../../components/PageHeader";
import { Failure, Loading } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { useWorkspace } from "../../components/Workspace";
import { aboutLimit, fillOf, labelOfLimit, writeLimit } from "../../quotas/limits";
import classes from "../list.module.css";
import { ChangeLimit } from "./ChangeLimit";
import { ClientQuotas } from "./ClientQuotas";
import { PlanPicker } from "./PlanPicker";
import { QuotaBar } from "./QuotaBar";

const route = getRouteApi("/console/quotas");

/** What the tenant may use and what it uses; operators change it. */
export function QuotasPage() {
  const { of } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant, user } = useWorkspace();
  const quotas = useQuotas(tenant.name);
  const [changing, setChanging] = useState<Limit | null>(null);
  const operates = isOperator(user);
  const columns = useMemo(() => columnsFor(operates, setChanging), [operates]);
  return (
    <div className={classes.page}>
      <PageHeader
        title="Quotas"
        subtitle={
          quotas.data && (
            <>
              Plan{" "}
              <Badge variant="light" size="sm" tt="none">
                {quotas.data.plan}
              </Badge>
              {operates ? "" : ". Operators of this service change limits."}
            </>
          )
        }
        actions={operates && quotas.data && <PlanPicker tenant={tenant.name} plan={quotas.data.plan} />}
      />
      <Tabs
        value={of ?? "tenant"}
        onChange={(chosen) =>
          void navigate({ search: (search) => withTab(search, chosen === "clients"), replace: true })
        }
        mb="md"
      >
        <Tabs.List>
          <Tabs.Tab value="tenant">The tenant</Tabs.Tab>
          <Tabs.Tab value="clients">Its users and clients</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {of === "clients" && <ClientQuotas />}
      {of !== "clients" && quotas.isPending && <Loading what="quotas" />}
      {of !== "clients" && quotas.isError && !quotas.data && (
        <Failure
          title="The quotas could not be read"
          error={quotas.error}
          onRetry={() => void quotas.refetch()}
        />
      )}
      {of !== "clients" && quotas.data && (
        <VirtualTable
          label="Quotas"
          rows={quotas.data.data}
          columns={columns}
          rowId={({ name }) => name}
          rowHeight={56}
          minWidth={820}
        />
      )}
      {changing && (
        <ChangeLimit tenant={tenant.name} limit={changing} onClose={() => setChanging(null)} />
      )}
    </div>
  );
}

function withTab<Search extends { of?: "clients" }>({ of: _, ...search }: Search, clients: boolean) {
  return clients ? { ...search, of: "clients" as const } : search;
}

function columnsFor(operates: boolean, onChange: (limit: Limit) => void): Column<Limit>[] {
  return [
    {
      id: "name",
      header: "Limit",
      width: "minmax(150px, 1fr)",
      by: ({ name }) => labelOfLimit(name),
      cell: ({ name }) => (
        <strong style={{ fontWeight: 550 }} title={name}>
          {labelOfLimit(name)}
        </strong>
      ),
    },
    {
      id: "about",
      header: "Of what",
      width: "minmax(200px, 2fr)",
      cell: ({ name }) => <span title={aboutLimit(name)}>{aboutLimit(name)}</span>,
    },
    {
      id: "used",
      header: "Used",
      width: "minmax(160px, 1.4fr)",
      by: (limit) => fillOf(limit)?.percent ?? null,
      cell: (limit) => <QuotaBar limit={limit} />,
    },
    {
      id: "applied",
      header: "Limit now",
      width: "130px",
      align: "right",
      cell: ({ name, applied }) => <strong>{writeLimit(name, applied)}</strong>,
    },
    {
      id: "default",
      header: "The plan's",
      width: "130px",
      align: "right",
      cell: ({ name, default: byPlan }) => <span>{writeLimit(name, byPlan)}</span>,
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "60px",
      align: "right",
      cell: (limit) =>
        operates && (
          <Tooltip label={`Change ${labelOfLimit(limit.name)}`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Change ${labelOfLimit(limit.name)}`}
              onClick={() => onChange(limit)}
            >
              <EditIcon size={16} />
            </ActionIcon>
          </Tooltip>
        ),
    },
  ];
}
