import { Button, Group, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { may, refusal } from "../../../access";
import { useAcls, type AclBody } from "../../../api/hooks/acls";
import { PlusIcon } from "../../../components/icons";
import { ListFilter } from "../../../components/ListFilter";
import { NotOffered } from "../../../components/NotOffered";
import { OfferedButton } from "../../../components/Offered";
import { PageHeader } from "../../../components/PageHeader";
import { RemoveButton } from "../../../components/RemoveButton";
import { Empty, Unanswered } from "../../../components/states";
import { useCreating } from "../../../components/useCreating";
import { VirtualTable, type Column } from "../../../components/VirtualTable";
import { useWorkspace } from "../../../components/Workspace";
import { formatPlural } from "../../../records/format";
import classes from "../../list.module.css";
import { AddAcls } from "./AddAcls";
import { DeleteAcls } from "./DeleteAcls";
import { labelOf, resourceOf, searchTextOf, sentenceOf } from "./words";

const route = getRouteApi("/console/acls");

/** What service accounts may do. */
export function AclsPage() {
  const { principal } = route.useSearch();
  const { tenant } = useWorkspace();
  const manages = may(tenant, "ADMINISTER");
  const acls = useAcls(tenant.name, manages);
  const [filter, setFilter] = useState(principal ?? "");
  const [adding, setAdding] = useCreating();
  const [deleting, setDeleting] = useState<AclBody[] | null>(null);
  const columns = useMemo(() => columnsFor((acl) => setDeleting([acl])), []);
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return (acls.data ?? []).filter((acl) => searchTextOf(acl).includes(wanted));
  }, [acls.data, filter]);
  const denied = refusal(tenant, "ADMINISTER", "see and change ACLs");
  if (denied) {
    return (
      <>
        <PageHeader title="ACLs" />
        <NotOffered title="ACLs are not shown to you" why={denied} />
      </>
    );
  }
  return (
    <div className={classes.page}>
      <PageHeader
        title="ACLs"
        subtitle={acls.data && `${formatPlural(acls.data.length, "rule")} for service accounts`}
        actions={
          <OfferedButton
            shortcut="c"
            leftSection={<PlusIcon size={16} />}
            refusal={null}
            onClick={() => setAdding(true)}
          >
            Add ACLs
          </OfferedButton>
        }
      />
      <Unanswered query={acls} what="ACLs" />
      {acls.data?.length === 0 && (
        <Empty title="No ACLs yet">
          A service account may do what an ACL allows and no ACL denies. Without any, it may do
          nothing; keys of the tenant's administrator may do everything.
        </Empty>
      )}
      {acls.data && acls.data.length > 0 && (
        <>
          <Group mb="sm">
            <ListFilter
              label="Filter ACLs by principal, name or operation"
              value={filter}
              onChange={setFilter}
            />
            <Text size="sm" c="dimmed" role="status">
              {filter && `${shown.length} of ${acls.data.length}`}
            </Text>
            {filter.trim() !== "" && shown.length > 1 && (
              <Button variant="default" size="xs" onClick={() => setDeleting(shown)}>
                Delete these {shown.length}…
              </Button>
            )}
          </Group>
          <VirtualTable
            label="ACLs"
            rows={shown}
            columns={columns}
            rowId={({ id }) => String(id)}
            minWidth={880}
          />
        </>
      )}
      {adding && <AddAcls tenant={tenant} onClose={() => setAdding(false)} />}
      {deleting && (
        <DeleteAcls tenant={tenant.name} acls={deleting} onClose={() => setDeleting(null)} />
      )}
    </div>
  );
}

function columnsFor(onDelete: (acl: AclBody) => void): Column<AclBody>[] {
  return [
    {
      id: "principal",
      header: "Principal",
      width: "minmax(170px, 1.2fr)",
      by: ({ principal }) => principal,
      cell: ({ principal }) => (
        <span className="mono" title={principal}>
          {principal}
        </span>
      ),
    },
    {
      id: "permission",
      header: "Permission",
      width: "120px",
      by: ({ permission }) => permission,
      cell: ({ permission }) => (
        <span className={classes.state} data-tone={permission === "deny" ? "bad" : "good"}>
          {permission === "deny" ? "denied" : "allowed"}
        </span>
      ),
    },
    {
      id: "operation",
      header: "Operation",
      width: "150px",
      by: ({ operation }) => operation,
      cell: ({ operation }) => <span>{labelOf(operation)}</span>,
    },
    {
      id: "resource",
      header: "On",
      width: "minmax(220px, 2fr)",
      by: ({ resource_type, resource_name }) => `${resource_type} ${resource_name}`,
      cell: (acl) => <span title={sentenceOf(acl)}>{resourceOf(acl)}</span>,
    },
    {
      id: "host",
      header: "From",
      width: "130px",
      by: ({ host }) => host,
      cell: ({ host }) => <span>{host === "*" ? "anywhere" : host}</span>,
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "60px",
      align: "right",
      cell: (acl) => <RemoveButton label={`Delete: ${sentenceOf(acl)}`} onClick={() => onDelete(acl)} />,
    },
  ];
}
