import { Alert, Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect } from "react";

import { useAlterConfigs } from "../../../api/hooks/configs";
import { AlertIcon } from "../../../components/icons";
import { Notice } from "../../../components/Notice";
import { formatPlural } from "../../../records/format";
import { bodyOf, inWords, warningOf, type Step } from "./values";

interface Props {
  cluster: string;
  topic: string;
  steps: Step[];
  onClose: () => void;
  onDone: () => void;
}

/** What will change and what that does; the service has looked at it before it is applied. */
export function ReviewChanges({ cluster, topic, steps, onClose, onDone }: Props) {
  const check = useAlterConfigs(cluster, topic);
  const apply = useAlterConfigs(cluster, topic);
  const { mutate } = check;
  useEffect(() => {
    mutate({ data: bodyOf(steps), validate_only: true });
    // The dialog is opened anew for other changes.
  }, [mutate]);
  const error = apply.error ?? check.error;
  const warnings = steps.flatMap((step) => {
    const warning = warningOf(step);
    return warning ? [{ name: step.config.name, warning }] : [];
  });
  return (
    <Modal opened onClose={onClose} title={`Change ${topic}`} size="lg" centered>
      <Stack gap="md">
        <Table fz="sm" aria-label="Changes">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Config</Table.Th>
              <Table.Th>Now</Table.Th>
              <Table.Th>Then</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {steps.map(({ config: { name }, from, to, reset }) => (
              <Table.Tr key={name}>
                <Table.Td className="mono">{name}</Table.Td>
                <Table.Td>
                  <Value name={name} value={from} />
                </Table.Td>
                <Table.Td>
                  <Value name={name} value={to} />
                  {reset && (
                    <Text size="xs" c="dimmed">
                      the default
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {warnings.map(({ name, warning }) => (
          <Notice key={name} tone="warn" title={<span className="mono">{name}</span>}>
            {warning}
          </Notice>
        ))}
        {error ? (
          <Alert color="red" variant="light" icon={<AlertIcon />} role="alert" title="Refused">
            {error.message}
          </Alert>
        ) : (
          <Text size="sm" c={check.isSuccess ? "var(--good)" : "dimmed"} role="status">
            {check.isSuccess ? "The service would accept this." : "Asking the service…"}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            loading={apply.isPending}
            disabled={!check.isSuccess}
            onClick={() =>
              apply.mutate(
                { data: bodyOf(steps), validate_only: false },
                {
                  onSuccess: () => {
                    const message = `${formatPlural(steps.length, "change")} of ${topic}`;
                    notifications.show({ title: "Configs changed", message });
                    onDone();
                  },
                },
              )
            }
          >
            Apply {formatPlural(steps.length, "change")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Value({ name, value }: { name: string; value: string | null }) {
  const words = inWords(name, value);
  return (
    <>
      <span className="mono">{value ?? "not set"}</span>
      {words && (
        <Text size="xs" c="dimmed">
          {words}
        </Text>
      )}
    </>
  );
}
