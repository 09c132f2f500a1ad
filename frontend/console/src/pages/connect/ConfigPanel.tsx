import { Alert, Button, Code, Group, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { refusal } from "../../access";
import { useConnectorConfig, usePutConfig, type ConnectorBody } from "../../api/hooks/connectors";
import { AskBeforeLeaving } from "../../components/AskBeforeLeaving";
import { Copy } from "../../components/Copy";
import { AlertIcon } from "../../components/icons";
import { ButtonLink } from "../../components/links";
import { OfferedButton } from "../../components/Offered";
import { Panel } from "../../components/Panel";
import { Failure, Loading } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { toJson, type Config } from "../../connect/config";
import { formatPlural } from "../../records/format";
import { ConfigEditor } from "./ConfigEditor";
import { TryConfig } from "./TryConfig";

/** The config as it is, and an editor for it. Secrets stay hidden, and stay as they are. */
export function ConfigPanel({ connector }: { connector: ConnectorBody }) {
  const { tenant } = useWorkspace();
  const config = useConnectorConfig(tenant.name, connector.name);
  const [editing, setEditing] = useState(false);
  if (config.isPending) return <Loading what="its config" />;
  if (config.isError) return <Failure title="Its config could not be read" error={config.error} />;
  if (editing) {
    return (
      <EditConfig connector={connector} before={config.data} onClose={() => setEditing(false)} />
    );
  }
  return (
    <Panel
      title="Config"
      aside={
        <Group gap="xs" wrap="nowrap">
          <Copy text={toJson(config.data)} what="the config" />
          {refusal(tenant, "ADMINISTER", "make connectors") === null && (
            <ButtonLink
              size="xs"
              variant="default"
              to="/new-connector"
              search={{ plugin: connector.plugin, like: connector.name }}
            >
              Duplicate
            </ButtonLink>
          )}
          <OfferedButton
            size="xs"
            variant="default"
            refusal={refusal(tenant, "ADMINISTER", "change connectors")}
            onClick={() => setEditing(true)}
          >
            Edit
          </OfferedButton>
        </Group>
      }
    >
      <Code block tabIndex={0} role="region" aria-label="Config as JSON">
        {toJson(config.data)}
      </Code>
    </Panel>
  );
}

interface EditProps {
  connector: ConnectorBody;
  before: Config;
  onClose: () => void;
}

function EditConfig({ connector, before, onClose }: EditProps) {
  const { tenant } = useWorkspace();
  const { name, plugin } = connector;
  const put = usePutConfig(tenant.name, name);
  const [config, setConfig] = useState(before);
  const [faults, setFaults] = useState<number | null>(null);
  const save = () =>
    put.mutate(config, {
      onSuccess: () => {
        notifications.show({ title: "Config saved", message: name });
        onClose();
      },
    });
  return (
    <Stack gap="md">
      <AskBeforeLeaving unsaved={() => config !== before} />
      <ConfigEditor
        tenant={tenant.name}
        plugin={plugin}
        config={config}
        before={before}
        judged
        onChange={setConfig}
        onFaults={setFaults}
      />
      <TryConfig config={{ ...config, name }} sound={faults === 0} />
      {put.isError && (
        <Alert color="red" variant="light" icon={<AlertIcon />} role="alert">
          {put.error.message}
        </Alert>
      )}
      <Group justify="flex-end">
        {(faults ?? 0) > 0 && (
          <span role="status">{formatPlural(faults ?? 0, "fault")} to mend first</span>
        )}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={save} loading={put.isPending} disabled={faults !== 0}>
          Save config
        </Button>
      </Group>
    </Stack>
  );
}
