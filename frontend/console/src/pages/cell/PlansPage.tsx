import { Button } from "@mantine/core";
import { useMemo, useState } from "react";

import { isOperator } from "../../access";
import { usePlans, type PlanBody } from "../../api/hooks/quotas";
import { PageHeader } from "../../components/PageHeader";
import { Empty, Unanswered } from "../../components/states";
import { VirtualTable, type Column } from "../../components/VirtualTable";
import { useWorkspace } from "../../components/Workspace";
import { aboutLimit, labelOfLimit, writeLimit } from "../../quotas/limits";
import classes from "../list.module.css";
import { EditPlan } from "./EditPlan";

/** A limit, and what each plan has for it. */
interface LimitRow {
  name: string;
  values: (number | undefined)[];
}

/** The limits that tenants have by their plans, for operators. */
export function PlansPage() {
  const { user } = useWorkspace();
  const operates = isOperator(user);
  const plans = usePlans(operates);
  const [editing, setEditing] = useState<PlanBody | null>(null);
  const columns = useMemo(() => columnsFor(plans.data ?? [], setEditing), [plans.data]);
  if (!operates) {
    return (
      <>
        <PageHeader title="Plans" />
        <Empty title="Plans are shown to operators">
          What holds for your tenant is on its quotas page.
        </Empty>
      </>
    );
  }
  return (
    <div className={classes.page}>
      <PageHeader title="Plans" subtitle="Limits of tenants that have none of their own" />
      <Unanswered query={plans} what="plans" />
      {plans.data && (
        <VirtualTable
          label="Plans"
          rows={rowsOf(plans.data)}
          columns={columns}
          rowId={({ name }) => name}
          minWidth={260 + plans.data.length * 150}
        />
      )}
      {editing && <EditPlan plan={editing} onClose={() => setEditing(null)} />}
    </div>
  );
}

function rowsOf(plans: PlanBody[]): LimitRow[] {
  const names = [...new Set(plans.flatMap(({ limits }) => Object.keys(limits)))];
  return names.map((name) => ({ name, values: plans.map(({ limits }) => limits[name]) }));
}

function columnsFor(plans: PlanBody[], onEdit: (plan: PlanBody) => void): Column<LimitRow>[] {
  return [
    {
      id: "limit",
      header: "Limit",
      width: "minmax(200px, 1.5fr)",
      cell: ({ name }) => (
        <strong style={{ fontWeight: 550 }} title={aboutLimit(name)}>
          {labelOfLimit(name)}
        </strong>
      ),
    },
    ...plans.map((plan, index) => ({
      id: plan.name,
      header: plan.name,
      width: "minmax(140px, 1fr)",
      align: "right" as const,
      cell: ({ name, values }: LimitRow) => {
        const value = values[index] === undefined ? "–" : writeLimit(name, values[index]);
        return (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            aria-label={`${value}: ${labelOfLimit(name)} of plan ${plan.name}`}
            onClick={() => onEdit(plan)}
          >
            {value}
          </Button>
        );
      },
    })),
  ];
}
