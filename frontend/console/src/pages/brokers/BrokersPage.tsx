import { Stack, Text } from "@mantine/core";
import { useState } from "react";

import { isOperator } from "../../access";
import { useBrokers, type BrokerVerb, type CellBrokerBody } from "../../api/hooks/brokers";
import { useOverview } from "../../api/hooks/overview";
import { BrokerList } from "../../components/BrokerList";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { Unanswered } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { formatCount } from "../../records/format";
import { BrokerCard } from "./BrokerCard";
import classes from "./BrokersPage.module.css";
import { ConfirmVerb } from "./ConfirmVerb";
import { Reassignments } from "./Reassignments";

/** Operators look after brokers here; everybody else sees which ones serve their tenant. */
export function BrokersPage() {
  const { user } = useWorkspace();
  return isOperator(user) ? <ForOperators /> : <ForTenants />;
}

function ForOperators() {
  const brokers = useBrokers(true);
  const [asked, setAsked] = useState<{ broker: CellBrokerBody; verb: BrokerVerb } | null>(null);
  return (
    <>
      <PageHeader
        title="Brokers"
        subtitle={
          brokers.data && `${formatCount(brokers.data.length)} in this cell, for all tenants`
        }
      />
      <Unanswered query={brokers} what="brokers" />
      {brokers.data && (
        <Stack gap="md">
          <div className={classes.cards}>
            {brokers.data.map((broker) => (
              <BrokerCard
                key={broker.id}
                broker={broker}
                onVerb={(verb) => setAsked({ broker, verb })}
              />
            ))}
          </div>
          <Reassignments />
        </Stack>
      )}
      {asked && <ConfirmVerb {...asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function ForTenants() {
  const { tenant } = useWorkspace();
  const overview = useOverview(tenant.name);
  return (
    <>
      <PageHeader title="Brokers" subtitle="Those that your clients talk to" />
      <Unanswered query={overview} what="brokers" />
      {overview.data && (
        <Panel title="Brokers">
          <BrokerList brokers={overview.data.brokers} />
          <Text size="xs" c="dimmed" mt="sm">
            Disks, leadership and traffic concern all tenants; the cell&apos;s operators see them
            here, and they alone can take a broker away.
          </Text>
        </Panel>
      )}
    </>
  );
}
