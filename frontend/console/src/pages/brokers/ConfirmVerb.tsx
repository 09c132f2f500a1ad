import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import {
  useBrokerVerb,
  useDrainPreview,
  type BrokerVerb,
  type CellBrokerBody,
} from "../../api/hooks/brokers";
import { ConfirmByName } from "../../components/ConfirmByName";
import { AlertIcon } from "../../components/icons";
import { Refused } from "../../components/states";
import { formatPlural } from "../../records/format";

interface Props {
  broker: CellBrokerBody;
  verb: BrokerVerb;
  onClose: () => void;
}

const DONE: Record<BrokerVerb, string> = {
  drain: "is draining",
  undrain: "is back in service",
  remove: "is removed",
};

/** Asks before a broker is drained, taken back or removed; the last of these by its name. */
export function ConfirmVerb({ broker, verb, onClose }: Props) {
  const act = useBrokerVerb();
  const carryOut = () =>
    act.mutate(
      { id: broker.id, verb },
      {
        onSuccess: () => {
          notifications.show({ title: "Brokers", message: `Broker ${broker.id} ${DONE[verb]}.` });
          onClose();
        },
      },
    );
  if (verb === "remove") {
    return (
      <ConfirmByName
        title={`Remove broker ${broker.id}`}
        name={`broker ${broker.id}`}
        warning="The cell forgets it. If it starts again, it comes as a new broker with an empty volume."
        verb="Remove broker"
        busy={act.isPending}
        error={act.error}
        onClose={onClose}
        onConfirm={carryOut}
      />
    );
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={verb === "drain" ? `Drain broker ${broker.id}` : `Take broker ${broker.id} back`}
      centered
    >
      <Stack gap="md">
        <Refused error={act.error} />
        {verb === "drain" ? <DrainWords broker={broker} /> : <UndrainWords broker={broker} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={carryOut} loading={act.isPending} data-autofocus>
            {verb === "drain" ? "Drain" : "Take back"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function DrainWords({ broker }: { broker: CellBrokerBody }) {
  const preview = useDrainPreview(broker.id);
  const stuck = preview.data?.stuck ?? [];
  return (
    <>
      <Text size="sm">
        Its {formatPlural(broker.replicas, "replica")} are copied to other brokers, a few at a time,
        and it is given no new ones. Clients go on all the while. It can be taken back at any time.
      </Text>
      {preview.data && (
        <Text size="sm" role="status">
          {formatPlural(preview.data.moving, "partition")} would move.
        </Text>
      )}
      {preview.isError && (
        <Text size="sm" c="dimmed">
          What would move is not known: {preview.error.message}
        </Text>
      )}
      {stuck.length > 0 && (
        <Alert color="yellow" variant="light" icon={<AlertIcon />}>
          No other broker can take {formatPlural(stuck.length, "partition")} yet, such as{" "}
          {stuck.slice(0, 3).join(", ")}. They stay until one can: add a broker, or free disk space.
        </Alert>
      )}
    </>
  );
}

function UndrainWords({ broker }: { broker: CellBrokerBody }) {
  return (
    <Text size="sm">
      What has not moved yet stays on it ({formatPlural(broker.replicas, "replica")}), and it is
      given new replicas again. What has moved does not come back by itself.
    </Text>
  );
}
