import { Alert, Stack, Text } from "@mantine/core";

import { useTryConfig } from "../../api/hooks/connectors";
import { AlertIcon, CheckIcon } from "../../components/icons";
import { Lines } from "../../components/Lines";
import { OfferedButton } from "../../components/Offered";
import { useWorkspace } from "../../components/Workspace";
import type { Config } from "../../connect/config";

interface Props {
  /** With a name, be it that of a connector that is there. */
  config: Config;
  /** Whether the service finds nothing wrong with the config as it is written. */
  sound: boolean;
}

/** Has the service connect to the target as the connector would, without keeping anything. */
export function TryConfig({ config, sound }: Props) {
  const { tenant } = useWorkspace();
  const trial = useTryConfig(tenant.name);
  const told = trial.data;
  return (
    <Stack gap="sm" align="flex-start">
      <OfferedButton
        variant="default"
        refusal={sound ? null : "Not before what is wrong with the settings is mended."}
        loading={trial.isPending}
        onClick={() => trial.mutate({ name: config.name ?? "", config })}
      >
        Try the connection
      </OfferedButton>
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
