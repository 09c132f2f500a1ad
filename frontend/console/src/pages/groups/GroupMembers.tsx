import { Table, Text } from "@mantine/core";
import { useMemo } from "react";

import { useGroupMembers, type LagBody } from "../../api/hooks/groups";
import { Panel } from "../../components/Panel";
import { Failure } from "../../components/states";
import { assignmentsOf } from "../../groups/lag";
import classes from "./tables.module.css";

interface Props {
  cluster: string;
  group: string;
  lags: LagBody[];
}

/** Who is in the group, and which partitions each of them has. */
export function GroupMembers({ cluster, group, lags }: Props) {
  const members = useGroupMembers(cluster, group);
  const assigned = useMemo(() => assignmentsOf(lags), [lags]);
  return (
    <Panel title="Members">
      {members.isError && (
        <Failure
          title="The members could not be read"
          error={members.error}
          onRetry={() => void members.refetch()}
        />
      )}
      {members.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody is in the group. It begins where its committed offsets stand when a consumer joins.
        </Text>
      )}
      {members.data && members.data.length > 0 && (
        <Table.ScrollContainer minWidth={620}>
          <Table className={classes.wide} verticalSpacing="xs" aria-label="Members of the group">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Client</Table.Th>
                <Table.Th>Member id</Table.Th>
                <Table.Th>Reads</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {members.data.map(({ consumer_id: id, client_id: client, instance_id: instance }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    {client || "–"}
                    {instance && (
                      <Text size="xs" c="dimmed">
                        static member {instance}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td className="mono" style={{ overflowWrap: "anywhere", fontSize: 12.5 }}>
                    {id}
                  </Table.Td>
                  <Table.Td>{inWords(assigned.get(id))}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Panel>
  );
}

function inWords(topics: Map<string, number[]> | undefined): string {
  if (!topics) return "nothing: there are more members than partitions";
  return [...topics].map(([topic, partitions]) => `${topic} ${partitions.join(", ")}`).join(" · ");
}
