import { Autocomplete, Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { useSetClientQuota, type ClientQuotaName } from "../../api/hooks/clientQuotas";
import { useServiceAccounts } from "../../api/hooks/serviceAccounts";
import { Refused } from "../../components/states";
import { entityOf, type Part } from "../../quotas/entity";
import { readLimit } from "../../quotas/limits";

const PARTS: { value: Part; label: string }[] = [
  { value: "any", label: "does not matter" },
  { value: "named", label: "is" },
  { value: "others", label: "has no quota of its own" },
];

interface Fields {
  user: Part;
  userName: string;
  client: Part;
  clientName: string;
  produce: string;
  fetch: string;
  time: string;
  mutations: string;
}

const INITIAL: Fields = {
  user: "named",
  userName: "",
  client: "any",
  clientName: "",
  produce: "",
  fetch: "",
  time: "",
  mutations: "",
};

const BYTES = (text: string) =>
  text === "" || readLimit("bytes_per_s", text) !== null ? null : "Bytes, such as 1 MiB.";

/** One user, one client, or the two together; what it had before goes. */
export function SetClientQuota({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const accounts = useServiceAccounts(tenant);
  const set = useSetClientQuota(tenant);
  const form = useForm<Fields>({
    initialValues: INITIAL,
    validate: {
      user: (_, fields) => (entityOf(fields) ? null : "Say whom it is for."),
      produce: (text, fields) =>
        fields.produce + fields.fetch + fields.time + fields.mutations === ""
          ? "Give one limit at least."
          : BYTES(text),
      fetch: BYTES,
      time: (text) => (text === "" || Number(text) > 0 ? null : "Percent of one broker's time."),
      mutations: (text) => (text === "" || Number(text) > 0 ? null : "Partitions a second."),
    },
  });
  const submit = form.onSubmit((fields) =>
    set.mutate({ entity: entityOf(fields)!, values: valuesOf(fields) }, { onSuccess: onClose }),
  );
  return (
    <Modal opened onClose={onClose} title="Set a quota" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={set.error} />
          <Group grow align="flex-start">
            <Select
              label="The user"
              data={PARTS}
              allowDeselect={false}
              {...form.getInputProps("user")}
            />
            {form.values.user === "named" && (
              <Autocomplete
                label="User"
                data={(accounts.data ?? []).map(({ name }) => name)}
                {...form.getInputProps("userName")}
              />
            )}
          </Group>
          <Group grow align="flex-start">
            <Select
              label="The client id"
              data={PARTS}
              allowDeselect={false}
              {...form.getInputProps("client")}
            />
            {form.values.client === "named" && (
              <TextInput label="Client id" {...form.getInputProps("clientName")} />
            )}
          </Group>
          <Group grow align="flex-start">
            <TextInput label="Produce a second" placeholder="1 MiB" {...form.getInputProps("produce")} />
            <TextInput label="Fetch a second" placeholder="2 MiB" {...form.getInputProps("fetch")} />
            <TextInput label="Request time, %" {...form.getInputProps("time")} />
          </Group>
          <TextInput
            label="Partitions a second"
            description="Created and deleted"
            {...form.getInputProps("mutations")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={set.isPending}>
              Set
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function valuesOf({ produce, fetch, time, mutations }: Fields): Partial<Record<ClientQuotaName, number>> {
  const values: Partial<Record<ClientQuotaName, number>> = {};
  if (produce) values.producer_byte_rate = readLimit("bytes_per_s", produce)!;
  if (fetch) values.consumer_byte_rate = readLimit("bytes_per_s", fetch)!;
  if (time) values.request_percentage = Number(time);
  if (mutations) values.controller_mutation_rate = Number(mutations);
  return values;
}
