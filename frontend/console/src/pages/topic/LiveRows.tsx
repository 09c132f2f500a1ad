import { Text } from "@mantine/core";
import type { Progress } from "@headwater/live";
import type { Ref } from "react";

import { RecordGrid, type GridRow } from "../../components/RecordGrid";
import type { Subscription } from "../../live/subscription";
import type { TailEntry } from "../../live/tail";
import { formatClock, formatCount } from "../../records/format";
import type { Picked } from "../../records/preview";
import { useRevision } from "../../live/useSubscription";

/** The records as they were when the reader scrolled away, and how many had come by then. */
export interface HeldView {
  entries: TailEntry[];
  received: number;
}

interface Props {
  topic: string;
  subscription: Subscription;
  picked: Picked;
  held: HeldView | null;
  /** Whether only those are shown that have certain words. */
  searched: boolean;
  paused: boolean;
  selected: GridRow | null;
  onSelect: (row: GridRow) => void;
  onLeaveTop: () => void;
  scrollerRef: Ref<HTMLDivElement>;
}

// Faster than this, glowing rows are a flicker.
const GLOW_BELOW_RATE = 120;
const AT_TOP = 8;

/** The only part of the live page that renders whenever records come. */
export function LiveRows(props: Props) {
  const { topic, subscription, held, selected, onSelect, onLeaveTop } = props;
  useRevision(subscription);
  const { visible } = subscription.tail;
  const entryAt = (index: number) => (held ? held.entries[index] : visible.newest(index));
  return (
    <RecordGrid
      label={`Records of ${topic}, newest first`}
      count={held ? held.entries.length : visible.length}
      rowAt={(index) => {
        const entry = entryAt(index);
        return entry && { id: entry.sequence, record: entry.record };
      }}
      formatTime={formatClock}
      picked={props.picked}
      selected={selected}
      onSelect={onSelect}
      onScroll={(top) => {
        if (top > AT_TOP && !held) onLeaveTop();
      }}
      glow={!held && subscription.rate.rate(performance.now()) < GLOW_BELOW_RATE}
      empty={<Nothing {...props} />}
      scrollerRef={props.scrollerRef}
    />
  );
}

function Nothing({ subscription, searched, paused }: Props) {
  let words = "Waiting for the next record…";
  if (searched && subscription.tail.held > 0) words = "No record on this page has these words.";
  else if (subscription.filter) words = unmatched(subscription.progress);
  else if (paused) words = "Paused before the first record came.";
  return (
    <Text size="sm" c="dimmed" ta="center" py={72} ff="text">
      {words}
    </Text>
  );
}

function unmatched(progress: Progress | null): string {
  if (!progress?.failed) return "Waiting for a record that matches the filter…";
  const { scanned, failed } = progress;
  return `The filter had no answer for ${formatCount(failed)} of ${formatCount(scanned)} records, such as those without the field. Waiting for one that matches…`;
}
