import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import { useChangeQuotas, type Limit } from "../../api/hooks/quotas";
import { Refused } from "../../components/states";
import { aboutLimit, editedLimit, labelOfLimit, readLimit, writeLimit } from "../../quotas/limits";
import { warnOf } from "./exceeded";

interface Props {
  tenant: string;
  limit: Limit;
  onClose: () => void;
}

/** A limit of this tenant alone, or the plan's again. */
export function ChangeLimit({ tenant, limit, onClose }: Props) {
  const change = useChangeQuotas(tenant);
  const [text, setText] = useState(() => editedLimit(limit.name, limit.applied));
  const value = readLimit(limit.name, text);
  const send = (next: number | null) =>
    change.mutate(
      { limits: { [limit.name]: next } },
      {
        onSuccess: ({ exceeded }) => {
          warnOf(exceeded.filter(({ name }) => name === limit.name));
          onClose();
        },
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value !== null) send(value);
  };
  return (
    <Modal opened onClose={onClose} title={`${labelOfLimit(limit.name)} of ${tenant}`} centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={change.error} />
          <Text size="sm">{aboutLimit(limit.name)}</Text>
          <TextInput
            label="Limit"
            description={
              limit.name.includes("bytes") ? "Bytes, or with a unit such as 10 MiB." : "A number."
            }
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={value === null && "Give a number from one on."}
            autoComplete="off"
            data-autofocus
          />
          {value !== null && limit.used !== null && limit.used > value && (
            <Text size="sm" c="var(--warn)" role="status">
              It uses {writeLimit(limit.name, limit.used)} now, which is more than that.
            </Text>
          )}
          <Group justify="space-between">
            <Button
              variant="default"
              disabled={limit.applied === limit.default}
              onClick={() => send(null)}
            >
              Back to the plan's ({writeLimit(limit.name, limit.default)})
            </Button>
            <Button type="submit" loading={change.isPending} disabled={value === null}>
              Set
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
