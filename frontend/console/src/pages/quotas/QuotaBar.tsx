import { Progress, Text } from "@mantine/core";

import type { Limit } from "../../api/hooks/quotas";
import { fillOf, labelOfLimit, writeLimit } from "../../quotas/limits";

const COLOURS = { good: "tide", warn: "yellow", bad: "red" } as const;

/** How much of a limit is used, drawn and in words. */
export function QuotaBar({ limit }: { limit: Limit }) {
  const fill = fillOf(limit);
  if (fill === null) {
    return (
      <Text size="sm" c="dimmed">
        not counted
      </Text>
    );
  }
  const used = writeLimit(limit.name, limit.used ?? 0);
  return (
    <div style={{ width: "100%" }}>
      <Progress
        value={fill.percent}
        color={COLOURS[fill.tone]}
        size="sm"
        aria-label={`${labelOfLimit(limit.name)} used`}
      />
      <Text size="xs" c="dimmed" mt={3} className="tabular">
        {used} · {Math.round(fill.percent)} %
      </Text>
    </div>
  );
}
