import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { paths } from "../paths";
import { noticesOf, staleKeys, type Notice } from "./event";
import { EventStream } from "./stream";

const COLOURS: Record<Notice["tone"], string> = { plain: "tide", good: "teal", bad: "red" };

/** Keeps what the console shows true: events make queries stale, and are told in quiet notices. */
export function useEvents(tenant: string, self: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const stream = new EventStream((cursor) => paths.events(tenant, cursor), {
      onEvents: (events) => {
        const stale = staleKeys(events);
        void queries.invalidateQueries({
          predicate: ({ queryKey: [first] }) => stale.has(String(first)),
        });
        for (const { title, message, tone } of noticesOf(events, self)) {
          notifications.show({ title, message, color: COLOURS[tone] });
        }
      },
      onGap: () => void queries.invalidateQueries(),
    });
    return stream.start();
  }, [tenant, self, queries]);
}
