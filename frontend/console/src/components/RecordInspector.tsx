import { CloseButton, Group, Stack, Table, Tabs, Text } from "@mantine/core";

import { formatBytes, formatDateTime } from "../records/format";
import { previewText } from "../records/preview";
import type { StreamRecord } from "../records/record";
import { FieldView } from "./FieldView";
import classes from "./RecordInspector.module.css";

interface Props {
  record: StreamRecord;
  onClose: () => void;
}

/** One record in full, beside the list it was picked from; the list stays in use. */
export function RecordInspector({ record, onClose }: Props) {
  const facts: [string, string][] = [
    ["Partition", String(record.partition)],
    ["Offset", record.offset],
    ["Timestamp", record.timestamp === null ? "none" : formatDateTime(record.timestamp)],
  ];
  if (record.size !== null) facts.push(["Size", formatBytes(record.size)]);
  return (
    <aside className={classes.drawer} aria-label="Record">
      <Group justify="space-between" mb="sm">
        <Text fw={620}>Record</Text>
        <CloseButton onClick={onClose} aria-label="Close the record" />
      </Group>
      <Stack gap="md">
        <Group gap="lg">
          {facts.map(([name, value]) => (
            <div key={name}>
              <Text size="xs" c="dimmed">
                {name}
              </Text>
              <Text size="sm" className="mono">
                {value}
              </Text>
            </div>
          ))}
        </Group>
        <Tabs defaultValue="value" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="value">Value</Tabs.Tab>
            <Tabs.Tab value="key">Key</Tabs.Tab>
            <Tabs.Tab value="headers">Headers ({record.headers.length})</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="value">
            <FieldView what="Value" field={record.value} />
          </Tabs.Panel>
          <Tabs.Panel value="key">
            <FieldView what="Key" field={record.key} />
          </Tabs.Panel>
          <Tabs.Panel value="headers">
            <Headers headers={record.headers} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </aside>
  );
}

function Headers({ headers }: { headers: StreamRecord["headers"] }) {
  if (headers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        This record has no headers.
      </Text>
    );
  }
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Value</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="mono">
        {headers.map(({ name, value }, index) => (
          <Table.Tr key={index}>
            <Table.Td>{name}</Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{previewText(value)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
