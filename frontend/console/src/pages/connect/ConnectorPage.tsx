import { Alert, Group, Stack, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";

import { ApiError } from "../../api/client";
import { useConnector, type ConnectorBody } from "../../api/hooks/connectors";
import { Figure, Figures, Word } from "../../components/Figures";
import { AlertIcon } from "../../components/icons";
import { Lines } from "../../components/Lines";
import { ButtonLink } from "../../components/links";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Unanswered } from "../../components/states";
import { When } from "../../components/When";
import { useWorkspace } from "../../components/Workspace";
import { counted, stateOf, waits, wordsOfState } from "../../connect/state";
import { formatCount } from "../../records/format";
import { ConfigPanel } from "./ConfigPanel";
import { ConnectorActions } from "./ConnectorActions";
import { ConnectorState } from "./ConnectorState";
import { Offsets } from "./Offsets";
import { Streams } from "./Streams";
import { Tasks } from "./Tasks";
import { Throughput } from "./Throughput";

const route = getRouteApi("/console/connectors/$connector");

export function ConnectorPage() {
  const { connector: name } = route.useParams();
  const { tenant } = useWorkspace();
  const connector = useConnector(tenant.name, name);
  if (connector.error instanceof ApiError && connector.error.status === 404) {
    return <Gone name={name} message={connector.error.message} />;
  }
  return (
    <>
      <PageHeader
        title={name}
        subtitle={
          connector.data && (
            <Group gap="sm" component="span">
              <ConnectorState state={stateOf(connector.data)} />
              <span>
                {waits(connector.data.tasks).length > 0
                  ? "It waits for what it connects to."
                  : wordsOfState(stateOf(connector.data)).says}
              </span>
            </Group>
          )
        }
        actions={connector.data && <ConnectorActions connector={connector.data} />}
      />
      <Unanswered query={connector} what="the connector" />
      {connector.data && (
        <Stack gap="md">
          {connector.data.trace && <Trace connector={connector.data} />}
          <Waits connector={connector.data} />
          <Counts connector={connector.data} />
          <Throughput
            tenant={tenant.name}
            connector={connector.data}
            asOf={connector.dataUpdatedAt}
          />
          <Tasks connector={connector.data} />
          <Streams tenant={tenant.name} connector={connector.data} />
          <Offsets connector={connector.data} />
          <ConfigPanel connector={connector.data} />
        </Stack>
      )}
    </>
  );
}

function Trace({ connector: { trace, next_restart_at: again } }: { connector: ConnectorBody }) {
  return (
    <Alert
      color="red"
      variant="light"
      icon={<AlertIcon />}
      title="It cannot run"
      role="alert"
      styles={{ body: { minWidth: 0 } }}
    >
      <Lines label="Trace" text={trace ?? ""} />
      {again && (
        <span>
          It is tried again <When at={again} />.
        </span>
      )}
    </Alert>
  );
}

/** Trouble that may pass: nothing has failed, and nothing moves. */
function Waits({ connector: { kind, tasks } }: { connector: ConnectorBody }) {
  const reasons = waits(tasks);
  if (reasons.length === 0) return null;
  return (
    <div role="status">
      <Notice
        tone="warn"
        title={kind === "sink" ? "Its target cannot take all now" : "Its source gives nothing now"}
      >
        {reasons.map((reason) => (
          <Text key={reason} size="sm" style={{ overflowWrap: "anywhere" }}>
            {reason}
          </Text>
        ))}
        <span>It is asked again and again, and then all goes on.</span>
      </Notice>
    </div>
  );
}

function Counts({ connector: { plugin, kind, tasks } }: { connector: ConnectorBody }) {
  const running = tasks.filter(({ state }) => state === "RUNNING").length;
  const lag = counted(tasks, "lag");
  const [bad, badName] =
    kind === "sink"
      ? [counted(tasks, "dead_letters"), "Dead letters"]
      : [counted(tasks, "errors"), "Errors"];
  const write = (figure: number | null) => (figure === null ? "–" : formatCount(figure));
  return (
    <Figures>
      <Word name="Plugin" value={plugin} note={kind} />
      <Figure name="Tasks running" value={`${running} of ${tasks.length}`} />
      <Figure name="Records" value={write(counted(tasks, "records"))} note="since it started" />
      {kind === "sink" && <Figure name="Lag" value={write(lag)} note="records" />}
      <Figure
        name={badName}
        value={write(bad)}
        tone={bad !== null && bad > 0 ? "warn" : undefined}
      />
    </Figures>
  );
}

function Gone({ name, message }: { name: string; message: string }) {
  return (
    <Empty
      title={`There is no connector “${name}”`}
      action={
        <ButtonLink to="/connectors" mt="sm" variant="default">
          To the connectors
        </ButtonLink>
      }
    >
      {message}
    </Empty>
  );
}
