import { Group, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";

import {
  useGroups,
  useGroupTotals,
  useLagSummary,
  type GroupBody,
} from "../../api/hooks/groups";
import { writeSeconds } from "../../charts/units";
import { TextLink } from "../../components/links";
import { ListFilter } from "../../components/ListFilter";
import { PageHeader } from "../../components/PageHeader";
import { Snippet } from "../../components/Copy";
import { orderOf, sortOf, type Order } from "../../components/sorting";
import { Empty, Unanswered } from "../../components/states";
import { useAddressedText } from "../../components/useAddressedText";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { useWorkspace } from "../../components/Workspace";
import { formatCount, formatPlural } from "../../records/format";
import classes from "../list.module.css";
import { GroupState } from "./GroupState";

const route = getRouteApi("/console/groups");

export function GroupsPage() {
  const { tenant } = useWorkspace();
  const groups = useGroups(tenant.cluster_id);
  const totals = useGroupTotals(tenant.cluster_id);
  const { find = "", sort } = route.useSearch();
  const navigate = route.useNavigate();
  const [filter, setFilter, settled] = useAddressedText(find, (words) =>
    void navigate({
      replace: true,
      search: ({ find: _, ...now }) => (words ? { ...now, find: words } : now),
    }),
  );
  const setOrder = (next: Order | null) =>
    void navigate({
      replace: true,
      search: ({ sort: _, ...now }) => (next ? { ...now, sort: sortOf(next) } : now),
    });
  const order = useMemo(() => orderOf(sort), [sort]);
  const columns = useMemo(() => columnsFor(tenant.cluster_id), [tenant.cluster_id]);
  const shown = useMemo(() => {
    const wanted = settled.trim().toLowerCase();
    return (groups.data ?? [])
      .filter((group) => group.consumer_group_id.toLowerCase().includes(wanted))
      .map((group): GroupRow => {
        const total = totals.data?.get(group.consumer_group_id);
        return { ...group, members: total?.member_count ?? null, lag: total?.total_lag ?? null };
      });
  }, [groups.data, totals.data, settled]);
  return (
    <div className={classes.page}>
      <PageHeader
        title="Consumer groups"
        subtitle={groups.data && `${formatCount(groups.data.length)} in ${tenant.name}`}
      />
      <Unanswered query={groups} what="consumer groups" />
      {groups.data?.length === 0 && <NoGroups />}
      {groups.data && groups.data.length > 0 && (
        <>
          <Group mb="sm">
            <ListFilter label="Filter groups by name" value={filter} onChange={setFilter} />
            {filter && (
              <Text size="sm" c="dimmed" role="status">
                {formatPlural(shown.length, "group")} found
              </Text>
            )}
          </Group>
          <VirtualTable
            label="Consumer groups"
            rows={shown}
            columns={columns}
            order={order}
            onOrder={setOrder}
            minWidth={900}
            rowId={(group) => group.consumer_group_id}
          />
        </>
      )}
    </div>
  );
}

function NoGroups() {
  return (
    <Empty title="No consumer groups yet">
      Consumers that share a <span className="mono">group.id</span> share the partitions of their
      topics, and remember how far they have read. A group appears here with its first consumer:
      <Snippet
        what="a consumer of a group"
        code={
          "./headwater consume --topic TOPIC   # reads without a group\nkcat -b … -G my-group TOPIC          # joins one"
        }
      />
    </Empty>
  );
}

/** Null until the totals are here. */
type GroupRow = GroupBody & { members: number | null; lag: number | null };

function columnsFor(cluster: string): Column<GroupRow>[] {
  return [
    {
      id: "name",
      header: "Group",
      width: "minmax(220px, 2fr)",
      by: (group) => group.consumer_group_id,
      cell: ({ consumer_group_id: name }) => (
        <TextLink to="/groups/$group" params={{ group: name }} size="sm" fw={550}>
          {name}
        </TextLink>
      ),
    },
    {
      id: "state",
      header: "State",
      width: "150px",
      by: (group) => group.state,
      cell: ({ state }) => <GroupState state={state} />,
    },
    {
      id: "members",
      header: "Members",
      width: "100px",
      align: "right",
      by: ({ members }) => members,
      cell: ({ members }) => <span>{members === null ? "…" : formatCount(members)}</span>,
    },
    {
      id: "assignor",
      header: "Assignor",
      width: "minmax(120px, 1fr)",
      by: (group) => group.partition_assignor ?? "",
      cell: ({ partition_assignor: assignor }) => <span>{assignor || "–"}</span>,
    },
    {
      id: "lag",
      header: "Lag, records",
      width: "150px",
      align: "right",
      by: ({ lag }) => lag,
      cell: ({ consumer_group_id: name, lag }) =>
        lag === null ? <RowLag cluster={cluster} group={name} /> : <span>{formatCount(lag)}</span>,
    },
    {
      id: "seconds",
      header: "Behind by",
      width: "120px",
      align: "right",
      cell: ({ consumer_group_id: name }) => <RowSeconds cluster={cluster} group={name} />,
    },
    {
      id: "worst",
      header: "Most behind in",
      width: "minmax(160px, 1fr)",
      cell: ({ consumer_group_id: name }) => <RowWorst cluster={cluster} group={name} />,
    },
  ];
}

interface RowProps {
  cluster: string;
  group: string;
}

function RowLag({ cluster, group }: RowProps) {
  const { data, isError } = useLagSummary(cluster, group);
  if (isError) return <span title="The lag could not be read">?</span>;
  if (!data) return <span>…</span>;
  return <span>{data.total_lag === null ? "–" : formatCount(data.total_lag)}</span>;
}

function RowSeconds({ cluster, group }: RowProps) {
  const seconds = useLagSummary(cluster, group).data?.max_lag_seconds;
  return <span>{seconds === null || seconds === undefined ? "–" : writeSeconds(seconds)}</span>;
}

function RowWorst({ cluster, group }: RowProps) {
  const { data } = useLagSummary(cluster, group);
  if (!data?.max_lag || !data.max_lag_topic_name) return <span>–</span>;
  return (
    <span title={`${formatCount(data.max_lag)} records behind`}>
      {data.max_lag_topic_name} / {data.max_lag_partition_id}
    </span>
  );
}
