import { Badge, Group, Tabs } from "@mantine/core";
import { getRouteApi, Outlet, useLocation, useNavigate } from "@tanstack/react-router";

import { may } from "../../access";
import { useTopic } from "../../api/hooks/topics";
import { ApiError } from "../../api/client";
import {
  LiveIcon,
  PartitionsIcon,
  RecordsIcon,
  SendIcon,
  SettingsIcon,
} from "../../components/icons";
import { ButtonLink } from "../../components/links";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Failure } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { formatPlural } from "../../records/format";
import { TopicActions } from "./TopicActions";
import classes from "./TopicLayout.module.css";

const TABS = [
  { tab: "live", label: "Live", icon: <LiveIcon size={16} /> },
  { tab: "records", label: "Records", icon: <RecordsIcon size={16} /> },
  { tab: "produce", label: "Produce", icon: <SendIcon size={16} /> },
  { tab: "partitions", label: "Partitions", icon: <PartitionsIcon size={16} /> },
  { tab: "configs", label: "Configs", icon: <SettingsIcon size={16} /> },
] as const;

const route = getRouteApi("/console/topics/$topic");

/** A topic's heading and tabs; each tab is a page with an address of its own. */
export function TopicLayout() {
  const { topic } = route.useParams();
  const { tenant } = useWorkspace();
  const found = useTopic(tenant.cluster_id, topic);
  const navigate = useNavigate();
  const current = useLocation({ select: ({ pathname }) => pathname.split("/").at(-1) ?? "live" });

  if (found.error instanceof ApiError && found.error.status === 404) {
    return (
      <Empty
        title={`There is no topic “${topic}”`}
        action={
          <ButtonLink to="/topics" mt="sm" variant="default">
            To the topics
          </ButtonLink>
        }
      >
        {found.error.message}
      </Empty>
    );
  }
  return (
    <div className={classes.page}>
      <PageHeader
        title={topic}
        subtitle={
          found.data && (
            <Group gap="xs" component="span">
              <span>{formatPlural(found.data.partitions_count, "partition")}</span>
              <span aria-hidden="true">·</span>
              <span>replication factor {found.data.replication_factor}</span>
              {found.data.is_internal && (
                <Badge variant="default" size="sm" radius="sm" tt="none">
                  internal
                </Badge>
              )}
            </Group>
          )
        }
        actions={
          found.data &&
          !found.data.is_internal &&
          may(tenant, "ADMINISTER") && (
            <TopicActions
              cluster={tenant.cluster_id}
              topic={topic}
              count={found.data.partitions_count}
            />
          )
        }
      />
      {found.isError && (
        <Failure
          title="The topic's description could not be read"
          error={found.error}
          onRetry={() => void found.refetch()}
        />
      )}
      <Tabs
        value={current}
        onChange={(tab) =>
          void navigate({ to: `/topics/$topic/${tab as "live"}`, params: { topic } })
        }
        className={classes.tabs}
      >
        <Tabs.List>
          {TABS.map(({ tab, label, icon }) => (
            <Tabs.Tab key={tab} value={tab} leftSection={icon}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current} className={classes.panel} tabIndex={-1}>
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
