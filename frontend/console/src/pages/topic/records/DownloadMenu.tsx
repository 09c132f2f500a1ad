import { ActionIcon, Menu, Text } from "@mantine/core";

import { DownloadIcon } from "../../../components/icons";
import { saveFile } from "../../../components/save";
import { CSV_HEAD, csvLine, jsonLine } from "../../../records/exchange";
import { isCut, type StreamRecord } from "../../../records/record";

/** Saves the records of this page to a file. */
export function DownloadMenu({ topic, records }: { topic: string; records: StreamRecord[] }) {
  const cut = records.filter(isCut).length;
  const jsonLines = () =>
    saveFile(
      `${topic}.jsonl`,
      records.map((record) => jsonLine(topic, record)),
    );
  const csv = () => saveFile(`${topic}.csv`, [CSV_HEAD, ...records.map(csvLine)]);
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={36}
          aria-label="Download this page"
          title="Download this page"
          disabled={records.length === 0}
        >
          <DownloadIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={jsonLines}>
          JSON lines
          <Text size="xs" c="dimmed">
            Exact; the produce page reads it back
          </Text>
        </Menu.Item>
        <Menu.Item onClick={csv}>
          CSV
          <Text size="xs" c="dimmed">
            For spreadsheets; formulas are made harmless
          </Text>
        </Menu.Item>
        {cut > 0 && (
          <Menu.Label>
            {cut} of {records.length} have long values, of which only the beginning is here.
          </Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
