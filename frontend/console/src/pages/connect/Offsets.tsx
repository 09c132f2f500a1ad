import { Button, Group, Modal, Stack, Table, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { refusal } from "../../access";
import {
  useAlterOffsets,
  useOffsets,
  useResetConnectorOffsets,
  type ConnectorBody,
  type OffsetBody,
} from "../../api/hooks/connectors";
import { ConfirmByName } from "../../components/ConfirmByName";
import { OfferedButton } from "../../components/Offered";
import { Panel } from "../../components/Panel";
import { Failure, Loading, Refused } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { offsetsFromJson } from "../../connect/offsets";
import { stringifyJson } from "../../records/json";

/** How far a connector is. It can be changed while the connector is stopped. */
export function Offsets({ connector }: { connector: ConnectorBody }) {
  const { tenant } = useWorkspace();
  const { name, state } = connector;
  const offsets = useOffsets(tenant.name, name);
  const [open, setOpen] = useState<"edit" | "reset" | null>(null);
  const running = state === "STOPPED" ? null : "Stop the connector first; then they can be set.";
  const denied = refusal(tenant, "ADMINISTER", "change offsets") ?? running;
  return (
    <Panel
      title="Offsets"
      aside={
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="subtle" onClick={() => void offsets.refetch()}>
            Read again
          </Button>
          <OfferedButton
            size="xs"
            variant="default"
            refusal={denied}
            onClick={() => setOpen("edit")}
          >
            Edit
          </OfferedButton>
          <OfferedButton
            size="xs"
            variant="default"
            refusal={denied}
            onClick={() => setOpen("reset")}
          >
            Reset
          </OfferedButton>
        </Group>
      }
    >
      {offsets.isPending && <Loading what="offsets" />}
      {offsets.isError && (
        <Failure title="The offsets could not be read" error={offsets.error} />
      )}
      {offsets.data && <OffsetTable offsets={offsets.data} />}
      {open === "edit" && (
        <EditOffsets name={name} offsets={offsets.data ?? []} onClose={() => setOpen(null)} />
      )}
      {open === "reset" && <ResetOffsets name={name} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

function OffsetTable({ offsets }: { offsets: OffsetBody[] }) {
  if (offsets.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        It has not got anywhere yet: it begins at the beginning.
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing="xs" aria-label="Offsets of the connector">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Partition</Table.Th>
            <Table.Th>Offset</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {offsets.map(({ partition, offset }) => (
            <Table.Tr key={stringifyJson(partition)}>
              <Table.Td className="mono">{inWords(partition)}</Table.Td>
              <Table.Td className="mono">{inWords(offset)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function inWords(part: Record<string, unknown> | null): string {
  return Object.entries(part ?? {})
    .map(([key, value]) => `${key} ${typeof value === "object" ? stringifyJson(value) : value}`)
    .join(" · ");
}

interface DialogProps {
  name: string;
  onClose: () => void;
}

function EditOffsets({ name, offsets, onClose }: DialogProps & { offsets: OffsetBody[] }) {
  const { tenant } = useWorkspace();
  const alter = useAlterOffsets(tenant.name, name);
  const [text, setText] = useState(() => stringifyJson(offsets, 2));
  const wanted = offsetsFromJson(text);
  return (
    <Modal opened onClose={onClose} title={`Offsets of ${name}`} size="xl" centered>
      <Stack gap="md">
        <Text size="sm">
          It goes on from here when it is resumed. An offset of null forgets its partition; partitions
          that are not named stay as they are.
        </Text>
        <Textarea
          label="Offsets as JSON"
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          classNames={{ input: "mono" }}
          value={text}
          error={typeof wanted === "string" ? wanted : null}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        <Refused error={alter.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={typeof wanted === "string"}
            loading={alter.isPending}
            onClick={() => {
              if (typeof wanted === "string") return;
              alter.mutate(wanted, {
                onSuccess: () => {
                  notifications.show({ title: "Offsets set", message: name });
                  onClose();
                },
              });
            }}
          >
            Set offsets
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function ResetOffsets({ name, onClose }: DialogProps) {
  const { tenant } = useWorkspace();
  const reset = useResetConnectorOffsets(tenant.name, name);
  return (
    <ConfirmByName
      title="Reset offsets"
      name={name}
      warning="It begins from the beginning when it is resumed, and what it moved already is moved again."
      verb="Reset offsets"
      busy={reset.isPending}
      error={reset.error}
      onClose={onClose}
      onConfirm={() =>
        reset.mutate(undefined, {
          onSuccess: () => {
            notifications.show({ title: "Offsets reset", message: name });
            onClose();
          },
        })
      }
    />
  );
}
