import { Button, Group, Text } from "@mantine/core";
import { useMemo, useState } from "react";

import { may, refusal } from "../../access";
import { useAudit, type AuditEntryBody } from "../../api/hooks/audit";
import { ListFilter } from "../../components/ListFilter";
import { NotOffered } from "../../components/NotOffered";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Failure, Loading } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { When } from "../../components/When";
import { useWorkspace } from "../../components/Workspace";
import { formatPlural } from "../../records/format";
import classes from "../list.module.css";

export function AuditPage() {
  const { tenant } = useWorkspace();
  const reads = may(tenant, "ADMINISTER");
  const audit = useAudit(tenant.name, reads);
  const [filter, setFilter] = useState("");
  const entries = useMemo(() => audit.data?.pages.flatMap(({ data }) => data) ?? [], [audit.data]);
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return entries.filter((entry) => wordsOf(entry).includes(wanted));
  }, [entries, filter]);
  const denied = refusal(tenant, "ADMINISTER", "read the audit log");
  if (denied) {
    return (
      <>
        <PageHeader title="Audit log" />
        <NotOffered title="The audit log is not shown to you" why={denied} />
      </>
    );
  }
  return (
    <div className={classes.page}>
      <PageHeader title="Audit log" subtitle="Who changed what, the newest first" />
      {audit.isPending && <Loading what="the audit log" />}
      {audit.isError && (
        <Failure
          title="The audit log could not be read"
          error={audit.error}
          onRetry={() => void audit.refetch()}
        />
      )}
      {audit.data && entries.length === 0 && (
        <Empty title="Nothing has been changed yet">
          Every change of topics, people, accounts and keys is noted here, and cannot be taken out.
        </Empty>
      )}
      {entries.length > 0 && (
        <>
          <Group mb="sm">
            <ListFilter
              label="Filter by person, action or thing"
              value={filter}
              onChange={setFilter}
            />
            <Text size="sm" c="dimmed" role="status">
              {filter
                ? `${formatPlural(shown.length, "entry").replace("entrys", "entries")} of the ${entries.length} read so far`
                : ""}
            </Text>
          </Group>
          <VirtualTable
            label="Audit log"
            rows={shown}
            columns={COLUMNS}
            rowId={({ sequence }) => String(sequence)}
            minWidth={860}
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

function wordsOf(entry: AuditEntryBody): string {
  return `${entry.by} ${entry.action} ${entry.object} ${detailOf(entry)}`.toLowerCase();
}

const COLUMNS: Column<AuditEntryBody>[] = [
  {
    id: "when",
    header: "When",
    width: "120px",
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
    id: "object",
    header: "To",
    width: "minmax(150px, 1fr)",
    by: ({ object }) => object,
    cell: ({ object }) => <span title={object}>{object}</span>,
  },
  {
    id: "detail",
    header: "Detail",
    width: "minmax(200px, 2fr)",
    cell: (entry) => <span title={detailOf(entry)}>{detailOf(entry)}</span>,
  },
];
