import { Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { refusal } from "../../access";
import { useRestart, useTurn, type ConnectorBody } from "../../api/hooks/connectors";
import { OfferedButton } from "../../components/Offered";
import { useWorkspace } from "../../components/Workspace";
import { DeleteConnector } from "./DeleteConnector";

const DONE = { pause: "Paused", resume: "Resumed", stop: "Stopped" };

/** Pausing, stopping, restarting and deleting a connector, as far as each makes sense now. */
export function ConnectorActions({ connector }: { connector: ConnectorBody }) {
  const { tenant } = useWorkspace();
  const { name, tasks, target_state: target } = connector;
  const turn = useTurn(tenant.name, name);
  const restart = useRestart(tenant.name, name);
  const [deleting, setDeleting] = useState(false);
  const denied = refusal(tenant, "ADMINISTER", "change connectors");
  const tell = (title: string) => notifications.show({ title, message: name });
  const warn = (error: Error) =>
    notifications.show({ title: "That was refused", message: error.message, color: "red" });
  const go = (verb: keyof typeof DONE) =>
    turn.mutate(verb, { onSuccess: () => tell(DONE[verb]), onError: warn });
  const failed = tasks.filter(({ state }) => state === "FAILED").length;
  const again = (onlyFailed: boolean) =>
    restart.mutate(onlyFailed, { onSuccess: () => tell("Restarting"), onError: warn });
  const stopped = target === "STOPPED" ? "It is stopped; resume it." : null;
  return (
    <Group gap="xs">
      {target === "RUNNING" ? (
        <OfferedButton
          variant="default"
          refusal={denied}
          loading={turn.isPending}
          onClick={() => go("pause")}
        >
          Pause
        </OfferedButton>
      ) : (
        <OfferedButton refusal={denied} loading={turn.isPending} onClick={() => go("resume")}>
          Resume
        </OfferedButton>
      )}
      <OfferedButton
        variant="default"
        refusal={denied ?? stopped}
        loading={restart.isPending}
        onClick={() => again(false)}
      >
        Restart
      </OfferedButton>
      {failed > 0 && failed < tasks.length && (
        <OfferedButton
          variant="default"
          refusal={denied ?? stopped}
          loading={restart.isPending}
          onClick={() => again(true)}
        >
          Restart what failed
        </OfferedButton>
      )}
      <OfferedButton variant="default" refusal={denied ?? stopped} onClick={() => go("stop")}>
        Stop
      </OfferedButton>
      <OfferedButton variant="default" refusal={denied} onClick={() => setDeleting(true)}>
        Delete
      </OfferedButton>
      {deleting && (
        <DeleteConnector tenant={tenant.name} name={name} onClose={() => setDeleting(false)} />
      )}
    </Group>
  );
}
