import { Group, SimpleGrid, Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { refusal } from "../../access";
import { useGroup, useLags } from "../../api/hooks/groups";
import { ApiError } from "../../api/client";
import { writeSeconds } from "../../charts/units";
import { Figure, Figures, Word } from "../../components/Figures";
import { ButtonLink } from "../../components/links";
import { OfferedButton } from "../../components/Offered";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Unanswered } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { totalLag } from "../../groups/lag";
import { isInUse, wordsOfState } from "../../groups/state";
import { formatCount } from "../../records/format";
import { DeleteGroup } from "./DeleteGroup";
import { GroupMembers } from "./GroupMembers";
import { GroupState } from "./GroupState";
import { LagCharts } from "./LagCharts";
import { LagTable } from "./LagTable";
import { ResetWizard } from "./ResetWizard";

const route = getRouteApi("/console/groups/$group");

export function GroupPage() {
  const { group: name } = route.useParams();
  const { tenant } = useWorkspace();
  const group = useGroup(tenant.cluster_id, name);
  const lags = useLags(tenant.cluster_id, name);
  const [open, setOpen] = useState<"reset" | "delete" | null>(null);

  if (group.error instanceof ApiError && group.error.status === 404) {
    return <Gone name={name} message={group.error.message} />;
  }
  const inUse = group.data !== undefined && isInUse(group.data.state);
  const busy = "Stop its consumers first: this is refused while somebody is in the group.";
  const denied = refusal(tenant, "WRITE", "change consumer groups");
  return (
    <>
      <PageHeader
        title={name}
        subtitle={
          group.data && (
            <Group gap="sm" component="span">
              <GroupState state={group.data.state} />
              <span>{wordsOfState(group.data.state).says}</span>
            </Group>
          )
        }
        actions={
          <Group gap="xs">
            <OfferedButton
              variant="default"
              refusal={denied ?? (inUse ? busy : null)}
              onClick={() => setOpen("reset")}
            >
              Reset offsets
            </OfferedButton>
            <OfferedButton
              variant="default"
              refusal={denied ?? (inUse ? busy : null)}
              onClick={() => setOpen("delete")}
            >
              Delete group
            </OfferedButton>
          </Group>
        }
      />
      <Stack gap="md">
        <Unanswered query={lags} what="the lag" />
        {lags.data && <LagFigures lags={lags.data} assignor={group.data?.partition_assignor} />}
        <LagCharts tenant={tenant.name} group={name} lags={lags.data} asOf={lags.dataUpdatedAt} />
        <SimpleGrid cols={{ base: 1 }} spacing="md">
          {lags.data && <LagTable lags={lags.data} />}
          <GroupMembers cluster={tenant.cluster_id} group={name} lags={lags.data ?? []} />
        </SimpleGrid>
      </Stack>
      {open === "reset" && (
        <ResetWizard
          cluster={tenant.cluster_id}
          group={name}
          lags={lags.data ?? []}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "delete" && (
        <DeleteGroup cluster={tenant.cluster_id} group={name} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

function Gone({ name, message }: { name: string; message: string }) {
  return (
    <Empty
      title={`There is no consumer group “${name}”`}
      action={
        <ButtonLink to="/groups" mt="sm" variant="default">
          To the consumer groups
        </ButtonLink>
      }
    >
      {message}
    </Empty>
  );
}

interface FiguresProps {
  lags: Parameters<typeof totalLag>[0];
  assignor: string | null | undefined;
}

function LagFigures({ lags, assignor }: FiguresProps) {
  const total = totalLag(lags);
  const members = new Set(lags.map(({ consumer_id }) => consumer_id).filter(Boolean)).size;
  return (
    <Figures>
      <Figure
        name="Lag"
        value={total.records === null ? "not known" : formatCount(total.records)}
        note={total.records === null ? undefined : "records"}
      />
      <Figure
        name="Behind by"
        value={total.seconds === null ? "not known" : writeSeconds(total.seconds)}
      />
      <Figure name="Members reading" value={formatCount(members)} />
      <Figure
        name="Partitions"
        value={formatCount(total.partitions)}
        note={total.unowned > 0 && `${formatCount(total.unowned)} unread`}
        tone={total.unowned > 0 && members > 0 ? "warn" : undefined}
      />
      <Word name="Assignor" value={assignor || "none"} />
    </Figures>
  );
}
