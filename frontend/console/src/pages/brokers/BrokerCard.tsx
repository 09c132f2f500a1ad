import { Group, Menu, Progress, Text, Title } from "@mantine/core";
import { ActionIcon } from "@mantine/core";

import type { BrokerVerb, CellBrokerBody } from "../../api/hooks/brokers";
import { writeUnit } from "../../charts/units";
import { MoreIcon } from "../../components/icons";
import { When } from "../../components/When";
import { formatBytes, formatCount } from "../../records/format";
import states from "../list.module.css";
import classes from "./BrokersPage.module.css";
import { diskOf, stateOf, whyNotRemove } from "./health";

interface Props {
  broker: CellBrokerBody;
  onVerb: (verb: BrokerVerb) => void;
}

const COLOURS = { good: "tide", warn: "yellow", bad: "red" } as const;

/** One broker: its disk, what it holds and leads, its traffic, and what can be done with it. */
export function BrokerCard({ broker, onVerb }: Props) {
  const state = stateOf(broker);
  const disk = diskOf(broker);
  return (
    <section className={classes.card} aria-label={`Broker ${broker.id}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2} size="h5">
            Broker {broker.id}
          </Title>
          <Text size="xs" c="dimmed" className="mono">
            {broker.host}:{broker.port}
            {broker.rack && ` · rack ${broker.rack}`}
          </Text>
        </div>
        <Group gap={6} wrap="nowrap">
          <span className={states.state} data-tone={state.tone}>
            {state.label}
          </span>
          <BrokerMenu broker={broker} onVerb={onVerb} />
        </Group>
      </Group>
      <div>
        <Group justify="space-between" gap="xs">
          <Text size="sm">Disk</Text>
          <Text size="sm" className="tabular" c={disk?.tone === "bad" ? "var(--bad)" : undefined}>
            {disk
              ? `${formatBytes(disk.used)} of ${formatBytes(disk.total)} used`
              : "it has not told yet"}
          </Text>
        </Group>
        <Progress
          mt={4}
          size="sm"
          value={disk?.percent ?? 0}
          color={COLOURS[disk?.tone ?? "good"]}
          aria-label={`Disk of broker ${broker.id}`}
        />
      </div>
      <dl className={classes.facts}>
        <Fact name="Leads" value={formatCount(broker.leaders)} />
        <Fact name="Holds" value={formatCount(broker.replicas)} />
        <Fact
          name="Not in sync"
          value={formatCount(broker.under_replicated)}
          bad={broker.under_replicated > 0}
        />
        <Fact name="In" value={rate(broker.bytes_in_per_s)} />
        <Fact name="Out" value={rate(broker.bytes_out_per_s)} />
        <div className={classes.fact}>
          <dt>Heard of</dt>
          <dd>
            <When at={broker.heartbeat_at} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function rate(value: number | null): string {
  return value === null ? "–" : writeUnit(value, "bytes/s");
}

function Fact({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd data-bad={bad || undefined}>{value}</dd>
    </div>
  );
}

function BrokerMenu({ broker, onVerb }: Props) {
  const notYet = whyNotRemove(broker);
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for broker ${broker.id}`}>
          <MoreIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {broker.draining ? (
          <Menu.Item onClick={() => onVerb("undrain")}>Take it back into service</Menu.Item>
        ) : (
          <Menu.Item onClick={() => onVerb("drain")}>Drain</Menu.Item>
        )}
        <Menu.Item
          c={notYet ? undefined : "var(--bad)"}
          disabled={notYet !== null}
          onClick={() => onVerb("remove")}
        >
          Remove
        </Menu.Item>
        {notYet && <Menu.Label style={{ whiteSpace: "normal" }}>{notYet}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
