import { Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { useChangeQuotas, usePlans } from "../../api/hooks/quotas";
import { warnOf } from "./exceeded";

/** Which plan's limits the tenant has, where it has none of its own. */
export function PlanPicker({ tenant, plan }: { tenant: string; plan: string }) {
  const plans = usePlans(true);
  const change = useChangeQuotas(tenant);
  return (
    <Select
      label="Plan"
      size="xs"
      w={180}
      data={(plans.data ?? []).map(({ name }) => name)}
      value={plan}
      allowDeselect={false}
      disabled={change.isPending}
      onChange={(chosen) =>
        chosen !== null &&
        change.mutate(
          { plan: chosen },
          {
            onSuccess: ({ exceeded }) => warnOf(exceeded),
            onError: (error) =>
              notifications.show({ color: "red", title: "The plan stays", message: error.message }),
          },
        )
      }
    />
  );
}
