import { ActionIcon, Tooltip } from "@mantine/core";

import { TrashIcon } from "./icons";

/** The small bin at the end of a row; what it opens asks before anything happens. */
export function RemoveButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onClick}>
        <TrashIcon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
