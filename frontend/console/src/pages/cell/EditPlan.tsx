import { Button, Group, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, type FormEvent } from "react";

import { useSetPlan, type PlanBody } from "../../api/hooks/quotas";
import { Refused } from "../../components/states";
import { editedLimit, labelOfLimit, readLimit } from "../../quotas/limits";
import { warnOf } from "../quotas/exceeded";

/** All limits of one plan. */
export function EditPlan({ plan, onClose }: { plan: PlanBody; onClose: () => void }) {
  const set = useSetPlan();
  const names = Object.keys(plan.limits);
  const [texts, setTexts] = useState<Record<string, string>>(() =>
    Object.fromEntries(names.map((name) => [name, editedLimit(name, plan.limits[name]!)])),
  );
  const wrong = names.filter((name) => readLimit(name, texts[name]!) === null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const limits = Object.fromEntries(names.map((name) => [name, readLimit(name, texts[name]!)!]));
    set.mutate(
      { name: plan.name, limits },
      {
        onSuccess: ({ exceeded }) => {
          notifications.show({ title: "Plans", message: `Plan ${plan.name} is changed.` });
          warnOf(exceeded);
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={`Plan ${plan.name}`} centered size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={set.error} />
          <Text size="sm" c="dimmed">
            Every tenant of this plan has these within five seconds, unless it has a limit of its own.
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            {names.map((name) => (
              <TextInput
                key={name}
                size="xs"
                label={labelOfLimit(name)}
                value={texts[name]}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setTexts((now) => ({ ...now, [name]: value }));
                }}
                error={wrong.includes(name) && "Give a number from one on."}
                autoComplete="off"
              />
            ))}
          </SimpleGrid>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={set.isPending} disabled={wrong.length > 0}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
