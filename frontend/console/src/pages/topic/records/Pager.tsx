import { Button, Tooltip } from "@mantine/core";

import { LeftIcon, RefreshIcon, RightIcon } from "../../../components/icons";
import type { Place, Position } from "../place";

interface Props {
  place: Place;
  turns: { on: Position | null; back: Position | null } | null;
  atEnd: boolean;
  busy: boolean;
  onTurn: (position: Position) => void;
  onRefresh: () => void;
}

/** Turns pages in both directions, and says in words which way time runs. */
export function Pager({ place, turns, atEnd, busy, onTurn, onRefresh }: Props) {
  const [back, on] = place === "newest" ? ["Newer", "Older"] : ["Older", "Newer"];
  const canRefresh = place === "newest" ? turns?.back === null : atEnd && turns?.on === null;
  return (
    <Button.Group>
      <Tooltip label="P" openDelay={600}>
        <Button
          variant="default"
          px="sm"
          leftSection={<LeftIcon size={16} />}
          disabled={!turns?.back}
          onClick={() => turns?.back && onTurn(turns.back)}
          aria-keyshortcuts="P"
        >
          {back}
        </Button>
      </Tooltip>
      <Tooltip label={canRefresh ? "Look for newer records (R)" : "Read this page again (R)"}>
        <Button
          variant="default"
          px="sm"
          onClick={onRefresh}
          loading={busy && turns !== null}
          aria-label="Refresh"
          aria-keyshortcuts="R"
        >
          <RefreshIcon size={15} />
        </Button>
      </Tooltip>
      <Tooltip label="N" openDelay={600}>
        <Button
          variant="default"
          px="sm"
          rightSection={<RightIcon size={16} />}
          disabled={!turns?.on}
          onClick={() => turns?.on && onTurn(turns.on)}
          aria-keyshortcuts="N"
        >
          {on}
        </Button>
      </Tooltip>
    </Button.Group>
  );
}
