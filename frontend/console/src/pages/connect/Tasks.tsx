import { Button, Group, Modal, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { refusal } from "../../access";
import {
  useRestartTask,
  useTaskLog,
  type ConnectorBody,
  type ConnectorTaskBody,
} from "../../api/hooks/connectors";
import { Lines } from "../../components/Lines";
import { OfferedButton } from "../../components/Offered";
import { Panel } from "../../components/Panel";
import { Failure, Loading } from "../../components/states";
import { When } from "../../components/When";
import { useWorkspace } from "../../components/Workspace";
import { counted, headline, waits } from "../../connect/state";
import { formatBytes, formatCount, formatDateTime } from "../../records/format";
import { ConnectorState } from "./ConnectorState";

type Shown = { task: ConnectorTaskBody; what: "trace" | "log" };

/** A connector's tasks: how each is, what it counted, why it failed and what it logged. */
export function Tasks({ connector }: { connector: ConnectorBody }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const { tasks, name } = connector;
  return (
    <Panel title="Tasks">
      {tasks.length === 0 && (
        <Text size="sm" c="dimmed">
          It has no tasks now.
        </Text>
      )}
      {tasks.length > 0 && (
        <Table.ScrollContainer minWidth={760}>
          <Table verticalSpacing="xs" aria-label="Tasks of the connector">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Task</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Worker</Table.Th>
                <Table.Th ta="right">Records</Table.Th>
                <Table.Th ta="right">Errors</Table.Th>
                <Table.Th ta="right">Memory</Table.Th>
                <Table.Th>Last error</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tasks.map((task) => (
                <Row key={task.number} connector={name} task={task} onShow={setShown} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {shown && <Details connector={name} {...shown} onClose={() => setShown(null)} />}
    </Panel>
  );
}

interface RowProps {
  connector: string;
  task: ConnectorTaskBody;
  onShow: (shown: Shown) => void;
}

function Row({ connector, task, onShow }: RowProps) {
  const { tenant } = useWorkspace();
  const restart = useRestartTask(tenant.name, connector);
  const denied = refusal(tenant, "ADMINISTER", "restart tasks");
  const error = headline(task.trace) ?? waits([task])[0];
  const figure = (name: string, write: (value: number) => string) => {
    const value = counted([task], name);
    return value === null ? "–" : write(value);
  };
  return (
    <Table.Tr>
      <Table.Td>{task.number}</Table.Td>
      <Table.Td>
        <ConnectorState state={task.state} />
        {task.next_restart_at && (
          <Text size="xs" c="dimmed">
            again <When at={task.next_restart_at} />
          </Text>
        )}
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{task.worker || "–"}</Table.Td>
      <Table.Td ta="right">{figure("records", formatCount)}</Table.Td>
      <Table.Td ta="right">{figure("errors", formatCount)}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
        {figure("rss_bytes", formatBytes)}
      </Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{error ?? "–"}</Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap" justify="flex-end">
          {task.trace && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Trace of task ${task.number}`}
              onClick={() => onShow({ task, what: "trace" })}
            >
              Trace
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Log of task ${task.number}`}
            onClick={() => onShow({ task, what: "log" })}
          >
            Log
          </Button>
          <OfferedButton
            size="compact-xs"
            variant="default"
            refusal={denied}
            loading={restart.isPending}
            aria-label={`Restart task ${task.number}`}
            onClick={() =>
              restart.mutate(task.number, {
                onSuccess: () =>
                  notifications.show({ title: "Task restarting", message: `Task ${task.number}` }),
                onError: ({ message }) =>
                  notifications.show({ title: "That was refused", message, color: "red" }),
              })
            }
          >
            Restart
          </OfferedButton>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Details({ connector, task, what, onClose }: Shown & DetailsProps) {
  const why = task.state === "FAILED" ? "failed" : "waits";
  const title =
    what === "trace" ? `Why task ${task.number} ${why}` : `Log of task ${task.number}`;
  return (
    <Modal opened onClose={onClose} title={title} size="xl" centered>
      {what === "trace" ? (
        <Lines label={title} text={task.trace ?? ""} />
      ) : (
        <Log connector={connector} number={task.number} title={title} />
      )}
    </Modal>
  );
}

interface DetailsProps {
  connector: string;
  onClose: () => void;
}

function Log({ connector, number, title }: { connector: string; number: number; title: string }) {
  const { tenant } = useWorkspace();
  const log = useTaskLog(tenant.name, connector, number);
  if (log.isPending) return <Loading what="the log" />;
  if (log.isError) return <Failure title="The log could not be read" error={log.error} />;
  const lines = log.data.map(
    ({ at, level, message }) =>
      `${formatDateTime(Date.parse(at)).slice(0, 19)} ${level.padEnd(7)} ${message}`,
  );
  const text = lines.join("\n") || "It has logged nothing yet.";
  return <Lines label={title} text={text} maxHeight={480} />;
}
