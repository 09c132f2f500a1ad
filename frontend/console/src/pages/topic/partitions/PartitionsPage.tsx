import { Group, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { refusal } from "../../../access";
import { usePartitionStates } from "../../../api/hooks/partitions";
import type { PartitionStateBody } from "../../../api/topicTypes";
import { PlusIcon } from "../../../components/icons";
import { OfferedButton } from "../../../components/Offered";
import { Empty, Failure, Loading } from "../../../components/states";
import { useWorkspace } from "../../../components/Workspace";
import { formatPlural } from "../../../records/format";
import { BrokerShares } from "./BrokerShares";
import { GrowTopic } from "./GrowTopic";
import { PartitionTable } from "./PartitionTable";
import { isUnderReplicated, sharesOf } from "./replicas";

const route = getRouteApi("/console/topics/$topic/partitions");

/** Where the topic's partitions are, who leads them and who is behind, as it is now. */
export function PartitionsPage() {
  const { topic } = route.useParams();
  const { tenant } = useWorkspace();
  const partitions = usePartitionStates(tenant.name, topic);
  const [growing, setGrowing] = useState(false);

  if (partitions.isPending) return <Loading what="partitions" />;
  if (partitions.data === undefined) {
    return (
      <Failure
        title="The partitions could not be read"
        error={partitions.error!}
        onRetry={() => void partitions.refetch()}
      />
    );
  }
  const rows = partitions.data;
  return (
    <>
      <Group justify="space-between" mb="sm" gap="md">
        <Health partitions={rows} />
        <OfferedButton
          refusal={refusal(tenant, "ADMINISTER", "add partitions")}
          variant="default"
          leftSection={<PlusIcon size={16} />}
          onClick={() => setGrowing(true)}
        >
          Add partitions
        </OfferedButton>
      </Group>
      {partitions.isError && (
        <Failure title="These figures are getting old" error={partitions.error} />
      )}
      {rows.length === 0 ? (
        <Empty title="No partitions yet">They appear as soon as brokers have taken them.</Empty>
      ) : (
        <>
          <BrokerShares shares={sharesOf(rows)} />
          <PartitionTable topic={topic} partitions={rows} />
        </>
      )}
      {growing && (
        <GrowTopic
          cluster={tenant.cluster_id}
          topic={topic}
          count={rows.length}
          onClose={() => setGrowing(false)}
        />
      )}
    </>
  );
}

function Health({ partitions }: { partitions: PartitionStateBody[] }) {
  const leaderless = partitions.filter(({ leader }) => leader === null).length;
  const behind = partitions.filter(isUnderReplicated).length;
  if (leaderless > 0) {
    return (
      <Text size="sm" c="var(--bad)" fw={550} role="status">
        {formatPlural(leaderless, "partition")} without a leader: nobody can write to or read from
        {leaderless === 1 ? " it" : " them"} until one of its brokers is back.
      </Text>
    );
  }
  if (behind > 0) {
    return (
      <Text size="sm" c="var(--warn)" fw={550} role="status">
        {formatPlural(behind, "partition")} with fewer replicas in sync than there should be. They
        catch up by themselves once their brokers run.
      </Text>
    );
  }
  return (
    <Text size="sm" c="var(--good)" fw={550} role="status">
      Every replica is in sync.
    </Text>
  );
}
