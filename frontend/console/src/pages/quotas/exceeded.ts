/** What is said where a limit is set below what is in use. */

import { notifications } from "@mantine/notifications";

import type { ExceededLimit } from "../../api/hooks/quotas";
import { exceededWords } from "../../quotas/limits";

const SAID_MAX = 5;

/** Says nothing where nothing is exceeded. */
export function warnOf(exceeded: ExceededLimit[]): void {
  if (exceeded.length === 0) return;
  const lines = exceeded.slice(0, SAID_MAX).map(exceededWords);
  if (exceeded.length > SAID_MAX) lines.push(`And ${exceeded.length - SAID_MAX} more.`);
  notifications.show({
    color: "yellow",
    title: "More is in use than the limit allows",
    message: `${lines.join(" ")} What is there stays, and no more comes.`,
    autoClose: false,
  });
}
