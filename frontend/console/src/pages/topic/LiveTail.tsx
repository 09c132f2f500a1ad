import { useHotkeys } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { topicKey } from "../../api/hooks/topics";
import type { GridRow } from "../../components/RecordGrid";
import { RecordBrowser } from "../../components/RecordBrowser";
import { useAddressedText } from "../../components/useAddressedText";
import type { TailStart } from "../../live/subscription";
import { useSubscription } from "../../live/useSubscription";
import type { Picked } from "../../records/preview";
import { matcherFor } from "../../records/search";
import { FieldPicker } from "./FieldPicker";
import { FilterBar } from "./filter/FilterBar";
import { LiveNotice } from "./LiveNotice";
import { LiveRows, type HeldView } from "./LiveRows";
import { LiveStats } from "./LiveStats";
import { LiveToolbar } from "./LiveToolbar";

interface Props {
  cluster: string;
  topic: string;
  from: TailStart;
  onFrom: (from: TailStart) => void;
  picked: Picked;
  onPick: (picked: string[]) => void;
  /** CEL that the service runs; empty for every record. */
  filter: string;
  onFilter: (filter: string) => void;
  /** Words that a shown record has, as the address has them. */
  find: string;
  onFind: (words: string) => void;
}

/** The tail of a topic: newest records on top, for as long as nobody reads further down. */
export function LiveTail(props: Props) {
  const { cluster, topic, from, onFrom, filter, picked, onPick } = props;
  const subscription = useSubscription(cluster, topic, from, filter);
  const phase = useSyncExternalStore(subscription.subscribe, () => subscription.state.phase);
  const paused = useSyncExternalStore(subscription.subscribe, () => subscription.state.paused);
  const [words, setWords] = useAddressedText(props.find, props.onFind);
  const [held, setHeld] = useState<HeldView | null>(null);
  const [selected, setSelected] = useState<GridRow | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const filterInput = useRef<HTMLInputElement>(null);

  useEffect(() => {
    subscription.setMatcher(matcherFor(words));
    setHeld(null);
  }, [subscription, words]);

  // A browser does not tell why a socket was refused; the topic's own answer does.
  const queries = useQueryClient();
  useEffect(() => {
    if (phase.name !== "waiting" && phase.name !== "ended") return;
    void queries.invalidateQueries({ queryKey: topicKey(cluster, topic) });
  }, [phase, queries, cluster, topic]);

  const hold = useCallback(() => {
    const { visible, received } = subscription.tail;
    setHeld((view) => view ?? { entries: visible.toArray(), received });
  }, [subscription]);
  const follow = useCallback(() => {
    scroller.current?.scrollTo({ top: 0 });
    setHeld(null);
  }, []);
  const togglePause = useCallback(() => {
    if (!subscription.state.paused) {
      subscription.pause();
      return;
    }
    subscription.resume();
    follow();
  }, [subscription, follow]);
  const select = useCallback(
    (row: GridRow) => {
      // A record that is being read must not be carried off by those that come after it.
      hold();
      setSelected(row);
    },
    [hold],
  );

  useHotkeys([
    ["space", togglePause],
    ["/", () => filterInput.current?.focus()],
    ["Home", follow],
    ["Escape", () => setSelected(null)],
  ]);

  return (
    <>
      <LiveToolbar
        phase={phase}
        paused={paused}
        onTogglePause={togglePause}
        from={from}
        onFrom={onFrom}
        words={words}
        onWords={setWords}
        onClear={() => {
          subscription.clear();
          follow();
        }}
      >
        <FieldPicker tail={subscription.tail} picked={picked} onPick={onPick} />
      </LiveToolbar>
      <FilterBar
        key={filter}
        filter={filter}
        sample={selected?.record ?? subscription.tail.visible.newest(0)?.record ?? null}
        inputRef={filterInput}
        verb="Filter"
        onFilter={props.onFilter}
      />
      <LiveStats subscription={subscription} paused={paused} />
      <RecordBrowser
        topic={topic}
        inspected={selected?.record ?? null}
        onClose={() => setSelected(null)}
      >
        <LiveRows
          topic={topic}
          subscription={subscription}
          picked={picked}
          held={held}
          searched={words.trim() !== ""}
          paused={paused}
          selected={selected}
          onSelect={select}
          onLeaveTop={hold}
          scrollerRef={scroller}
        />
        <LiveNotice
          subscription={subscription}
          phase={phase}
          paused={paused}
          held={held}
          onResume={togglePause}
          onFollow={follow}
        />
      </RecordBrowser>
    </>
  );
}
