import { Alert, Button, Stack, Text } from "@mantine/core";

import { useTryConfig } from "../../api/hooks/connectors";
import { AlertIcon, CheckIcon } from "../../components/icons";
import { Lines } from "../../components/Lines";
import { useWorkspace } from "../../components/Workspace";
import type { Config } from "../../connect/config";

interface Props {
  name: string;
  config: Config;
  /** Whether the service finds nothing wrong with the config as it is written. */
  sound: boolean;
}

/** Has the service connect to the target as the connector would, without keeping anything. */
export function TryConfig({ name, config, sound }: Props) {
  const { tenant } = useWorkspace();
  const trial = useTryConfig(tenant.name);
  const told = trial.data;
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        variant="default"
        disabled={!sound}
        loading={trial.isPending}
        onClick={() => trial.mutate({ name, config })}
      >
        Try the connection
      </Button>
      {trial.isError && (
        <Alert color="red" variant="light" icon={<AlertIcon />} role="alert">
          {trial.error.message}
        </Alert>
      )}
      {told?.worked && (
        <Alert color="teal" variant="light" icon={<CheckIcon />} role="status">
          The target answers.
        </Alert>
      )}
      {told && !told.worked && (
        <Alert
          color="red"
          variant="light"
          icon={<AlertIcon />}
          role="alert"
          title="It did not work"
          styles={{ body: { minWidth: 0 } }}
        >
          <Text size="sm">{told.message}</Text>
          {told.trace && (
            <Lines label="Trace of the trial" text={told.trace} maxHeight={240} />
          )}
        </Alert>
      )}
    </Stack>
  );
}
