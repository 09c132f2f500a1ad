import { CloseButton, Group, Stack, Table, Tabs, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { formatBytes, formatDateTime } from "../records/format";
import { hexText } from "../records/hex";
import { stringifyJson } from "../records/json";
import { fieldBytes, type Field, type StreamRecord } from "../records/record";
import { Copy } from "./Copy";
import { FieldView, type WholeField } from "./FieldView";
import classes from "./RecordInspector.module.css";

interface Props {
  record: StreamRecord;
  onClose: () => void;
  /** Begins the names of files that key and value are saved to. */
  fileName?: string | undefined;
  whole?: WholeField | undefined;
  /** Fetches the record with key and value as they were written, byte for byte. */
  asBytes?: (() => Promise<StreamRecord>) | undefined;
  /** What can be done with the record. */
  actions?: ReactNode;
}

/** One record in full, beside the list it was picked from; the list stays in use. */
export function RecordInspector({ record, onClose, fileName, whole, asBytes, actions }: Props) {
  const bytesOf = (field: "key" | "value") =>
    asBytes && (async () => bytesIn((await asBytes())[field]));
  const saved = fileName && `${fileName}-${record.partition}-${record.offset}`;
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
        {actions && <Group gap="xs">{actions}</Group>}
        <Tabs defaultValue="value" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="value">Value</Tabs.Tab>
            <Tabs.Tab value="key">Key</Tabs.Tab>
            <Tabs.Tab value="headers">Headers ({record.headers.length})</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="value">
            <FieldView
              what="Value"
              field={record.value}
              fileName={saved && `${saved}-value`}
              asBytes={bytesOf("value")}
              whole={whole}
            />
          </Tabs.Panel>
          <Tabs.Panel value="key">
            <FieldView
              what="Key"
              field={record.key}
              fileName={saved && `${saved}-key`}
              asBytes={bytesOf("key")}
              whole={whole}
            />
          </Tabs.Panel>
          <Tabs.Panel value="headers">
            <Headers headers={record.headers} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </aside>
  );
}

function bytesIn(field: Field | null): Uint8Array {
  return field === null ? new Uint8Array() : fieldBytes(field);
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
          <Table.Th w={40} aria-label="Copy" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="mono">
        {headers.map(({ name, value }, index) => (
          <Table.Tr key={index}>
            <Table.Td>{name}</Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
              {headerText(value)}
            </Table.Td>
            <Table.Td p={0}>
              <Copy text={headerText(value)} what={`header ${name}`} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const HEADER_CHARACTERS = 4_096;

function headerText(value: Field | null): string {
  if (value === null) return "null";
  if (value.kind === "bytes") return hexText(value.bytes.subarray(0, HEADER_CHARACTERS / 3));
  const text = value.kind === "text" ? value.text : stringifyJson(value.value);
  return text.slice(0, HEADER_CHARACTERS);
}
