import { Text } from "@mantine/core";

import type { ClientQuotaName, UsedClientQuota } from "../../api/hooks/clientQuotas";
import { fillOf } from "../../quotas/limits";
import { mostUsedBy, writeClientQuota } from "../../quotas/use";

const COLOURS = { good: "dimmed", warn: "yellow", bad: "red" } as const;

/** One quota of an entity, over what is used of it. */
export function ClientQuotaUse({ quota, name }: { quota: UsedClientQuota; name: ClientQuotaName }) {
  const applied = quota.values[name];
  if (applied === undefined) return <span>–</span>;
  const used = quota.used[name] ?? 0;
  const atBroker = quota.used_by.find((each) => each.quota === name)?.at_broker ?? 0;
  const tone = fillOf({ applied, used: atBroker })?.tone ?? "good";
  return (
    <div title={mostUsedBy(quota, name)}>
      <span>{writeClientQuota(name, applied)}</span>
      <Text size="xs" c={COLOURS[tone]} className="tabular">
        used {writeClientQuota(name, used)}
      </Text>
    </div>
  );
}
