import { Button, Group } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";

import { may, refusal } from "../../../access";
import { auditQuery, useAudit, type AuditEntryBody, type AuditFilter } from "../../../api/hooks/audit";
import { NotOffered } from "../../../components/NotOffered";
import { PageHeader } from "../../../components/PageHeader";
import { Empty, Unanswered } from "../../../components/states";
import { VirtualTable, type Column } from "../../../components/VirtualTable";
import { When } from "../../../components/When";
import { useWorkspace } from "../../../components/Workspace";
import { paths } from "../../../paths";
import classes from "../../list.module.css";
import { AuditExport } from "./AuditExport";
import { AuditFilters } from "./AuditFilters";
import { VerifyAudit } from "./VerifyAudit";

const route = getRouteApi("/console/audit");

export function AuditPage() {
  const filter: AuditFilter = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  const reads = may(tenant, "ADMINISTER");
  const audit = useAudit(tenant.name, filter, reads);
  const entries = useMemo(() => audit.data?.pages.flatMap(({ data }) => data) ?? [], [audit.data]);
  const filtered = Object.values(filter).some(Boolean);
  const denied = refusal(tenant, "ADMINISTER", "read the audit log");
  if (denied) {
    return (
      <>
        <PageHeader title="Audit log" />
        <NotOffered title="The audit log is not shown to you" why={denied} />
      </>
    );
  }
  const query = auditQuery(filter);
  return (
    <div className={classes.page}>
      <PageHeader
        title="Audit log"
        subtitle="Who changed what, and what was refused, the newest first"
        actions={
          <Group gap="xs">
            <VerifyAudit tenant={tenant.name} />
            <AuditExport
              csv={paths.auditFile(tenant.name, "csv", query)}
              lines={paths.auditFile(tenant.name, "ndjson", query)}
            />
          </Group>
        }
      />
      <AuditFilters
        key={JSON.stringify(filter)}
        filter={filter}
        onFilter={(next) =>
          void navigate({ search: ({ tenant: name }) => ({ ...next, ...(name && { tenant: name }) }) })
        }
      />
      <Unanswered query={audit} what="the audit log" />
      {audit.data && entries.length === 0 && (
        <Empty title={filtered ? "No entry is like that" : "Nothing has been changed yet"}>
          {filtered
            ? "Names must be whole, unless they end with a star."
            : "Every change of topics, people, accounts and keys is noted here, and cannot be taken out."}
        </Empty>
      )}
      {entries.length > 0 && (
        <>
          <VirtualTable
            label="Audit log"
            rows={entries}
            columns={COLUMNS}
            rowId={({ sequence }) => String(sequence)}
            minWidth={1_080}
          />
          {audit.hasNextPage && (
            <Group justify="center" mt="sm">
              <Button
                variant="default"
                size="xs"
                loading={audit.isFetchingNextPage}
                onClick={() => void audit.fetchNextPage()}
              >
                Older entries
              </Button>
            </Group>
          )}
        </>
      )}
    </div>
  );
}

/** `role: owner · name: Ann`; what is null or empty says nothing. */
function detailOf({ detail }: AuditEntryBody): string {
  if (detail === null || typeof detail !== "object") return String(detail ?? "");
  return Object.entries(detail)
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])
    .filter(([, value]) => value !== undefined && !["", "null", "{}", "[]"].includes(value!))
    .map(([name, value]) => `${name}: ${value}`)
    .join(" · ");
}

const COLUMNS: Column<AuditEntryBody>[] = [
  {
    id: "when",
    header: "When",
    width: "110px",
    by: ({ sequence }) => Number(sequence),
    cell: ({ at }) => <When at={at} />,
  },
  {
    id: "who",
    header: "Who",
    width: "minmax(140px, 1fr)",
    by: ({ by }) => by,
    cell: ({ by }) => <span title={by}>{by}</span>,
  },
  {
    id: "action",
    header: "Did",
    width: "minmax(150px, 1fr)",
    by: ({ action }) => action,
    cell: ({ action }) => <strong style={{ fontWeight: 550 }}>{action}</strong>,
  },
  {
    id: "outcome",
    header: "Outcome",
    width: "105px",
    by: ({ outcome }) => outcome,
    cell: ({ outcome }) => (
      <span className={classes.state} data-tone={outcome === "refused" ? "bad" : "good"}>
        {outcome}
      </span>
    ),
  },
  {
    id: "object",
    header: "To",
    width: "minmax(150px, 1fr)",
    by: ({ object }) => object,
    cell: ({ object }) => <span title={object}>{object}</span>,
  },
  {
    id: "source",
    header: "From",
    width: "130px",
    by: ({ source }) => source,
    cell: ({ source, request_id }) => (
      <span className="mono" title={request_id ? `request ${request_id}` : undefined}>
        {source || "–"}
      </span>
    ),
  },
  {
    id: "detail",
    header: "Detail",
    width: "minmax(180px, 2fr)",
    cell: (entry) => <span title={detailOf(entry)}>{detailOf(entry)}</span>,
  },
];
