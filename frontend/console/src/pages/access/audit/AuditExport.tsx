import { Button, Menu } from "@mantine/core";

import { DownloadIcon } from "../../../components/icons";

/** Files of every entry that the filter lets through, not only of those on the page. */
export function AuditExport({ csv, lines }: { csv: string; lines: string }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<DownloadIcon size={14} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={csv} download>
          CSV
        </Menu.Item>
        <Menu.Item component="a" href={lines} download>
          JSON lines, with the hashes
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
