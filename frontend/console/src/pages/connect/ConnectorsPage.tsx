import { Group, Text } from "@mantine/core";
import { useMemo, useState } from "react";

import { refusal } from "../../access";
import { useConnectors, type ConnectorBody } from "../../api/hooks/connectors";
import { ButtonLink, TextLink } from "../../components/links";
import { ListFilter } from "../../components/ListFilter";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Unanswered } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { useWorkspace } from "../../components/Workspace";
import { counted, headline, stateOf, waits, wordsOfState } from "../../connect/state";
import { formatCount, formatPlural } from "../../records/format";
import classes from "../list.module.css";
import { ConnectorState } from "./ConnectorState";

export function ConnectorsPage() {
  const { tenant } = useWorkspace();
  const connectors = useConnectors(tenant.name);
  const [filter, setFilter] = useState("");
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return (connectors.data ?? []).filter((connector) =>
      wordsToFind(connector).toLowerCase().includes(wanted),
    );
  }, [connectors.data, filter]);
  const mayMake = refusal(tenant, "ADMINISTER", "make connectors") === null;
  const make = mayMake && <ButtonLink to="/new-connector">New connector</ButtonLink>;
  return (
    <div className={classes.page}>
      <PageHeader
        title="Connectors"
        subtitle={connectors.data && summary(connectors.data, tenant.name)}
        actions={make}
      />
      <Unanswered query={connectors} what="connectors" />
      {connectors.data?.length === 0 && (
        <Empty title="No connectors yet" action={make}>
          A connector brings records from another system into topics, or out of them: databases, S3,
          Elasticsearch, HTTP.
        </Empty>
      )}
      {connectors.data && connectors.data.length > 0 && (
        <>
          <Group mb="sm">
            <ListFilter label="Filter connectors" value={filter} onChange={setFilter} />
            {filter && (
              <Text size="sm" c="dimmed" role="status">
                {formatPlural(shown.length, "connector")} found
              </Text>
            )}
          </Group>
          <VirtualTable
            label="Connectors"
            rows={shown}
            columns={COLUMNS}
            rowId={({ name }) => name}
          />
        </>
      )}
    </div>
  );
}

/** How many there are, and how many of them are not as they should be. */
function summary(connectors: ConnectorBody[], tenant: string): string {
  const failed = connectors.filter((connector) => stateOf(connector) === "FAILED").length;
  const of = `${formatCount(connectors.length)} in ${tenant}`;
  return failed === 0 ? of : `${of}, ${formatCount(failed)} failed`;
}

/** By its state too: "failed" finds those that have. */
function wordsToFind(connector: ConnectorBody): string {
  const { name, plugin, kind } = connector;
  return [name, plugin, kind, wordsOfState(stateOf(connector)).label].join(" ");
}

const COLUMNS: Column<ConnectorBody>[] = [
  {
    id: "name",
    header: "Connector",
    width: "minmax(200px, 2fr)",
    by: ({ name }) => name,
    cell: ({ name }) => (
      <TextLink to="/connectors/$connector" params={{ connector: name }} size="sm" fw={550}>
        {name}
      </TextLink>
    ),
  },
  {
    id: "state",
    header: "State",
    width: "130px",
    by: stateOf,
    cell: (connector) => <ConnectorState state={stateOf(connector)} />,
  },
  {
    id: "plugin",
    header: "Plugin",
    width: "minmax(190px, 1fr)",
    by: ({ plugin }) => plugin,
    cell: ({ plugin, kind }) => (
      <span>
        {plugin} <span style={{ color: "var(--mantine-color-dimmed)" }}>{kind}</span>
      </span>
    ),
  },
  {
    id: "tasks",
    header: "Tasks running",
    width: "130px",
    align: "right",
    by: ({ tasks }) => tasks.length,
    cell: ({ tasks }) => {
      const running = tasks.filter(({ state }) => state === "RUNNING").length;
      return (
        <span>
          {running} of {tasks.length}
        </span>
      );
    },
  },
  {
    id: "records",
    header: "Records",
    width: "120px",
    align: "right",
    by: ({ tasks }) => counted(tasks, "records"),
    cell: ({ tasks }) => <Counted count={counted(tasks, "records")} />,
  },
  {
    id: "error",
    header: "Error",
    width: "minmax(160px, 2fr)",
    cell: ({ trace, tasks }) => {
      const traces = [trace, ...tasks.map((task) => task.trace), ...waits(tasks)];
      const found = traces.map(headline).find((line) => line !== null);
      return <span title={found ?? undefined}>{found ?? "–"}</span>;
    },
  },
];

function Counted({ count }: { count: number | null }) {
  return <span>{count === null ? "–" : formatCount(count)}</span>;
}
