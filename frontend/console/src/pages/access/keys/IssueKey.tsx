import {
  Autocomplete,
  Button,
  Fieldset,
  Group,
  Modal,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";

import { useIssueApiKey, type IssuedApiKeyBody } from "../../../api/hooks/apiKeys";
import { useOverview } from "../../../api/hooks/overview";
import { useCreateServiceAccount, useServiceAccounts } from "../../../api/hooks/serviceAccounts";
import { useTopics } from "../../../api/hooks/topics";
import type { TenantAccess } from "../../../api/types";
import { CopyField } from "../../../components/Copy";
import { ShownOnce } from "../../../components/ShownOnce";
import { SnippetTabs } from "../../../components/SnippetTabs";
import { Refused } from "../../../components/states";
import { NO_RESTRICTION, restrictionOf } from "../../../keys/restriction";

const DAY = 86_400;
const LIFETIMES = [
  { value: "", label: "never" },
  { value: String(DAY), label: "in a day" },
  { value: String(30 * DAY), label: "in 30 days" },
  { value: String(90 * DAY), label: "in 90 days" },
  { value: String(365 * DAY), label: "in a year" },
];

interface Props {
  tenant: TenantAccess;
  onClose: () => void;
}

/** Issues a key and then shows its secret, this once, with lines to paste for five clients. */
export function IssueKey({ tenant, onClose }: Props) {
  const issue = useIssueApiKey(tenant.name);
  const issued = issue.data;
  // A slip of the hand must not lose the secret: only the button closes the second page.
  const stays = issued !== undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={issued ? "Key issued" : "Issue an API key"}
      size={issued ? "xl" : "md"}
      closeOnClickOutside={!stays}
      closeOnEscape={!stays}
      centered
    >
      {issued ? (
        <Issued tenant={tenant} issued={issued} onClose={onClose} />
      ) : (
        <IssueForm tenant={tenant} issue={issue} onClose={onClose} />
      )}
    </Modal>
  );
}

function IssueForm({
  tenant,
  issue,
  onClose,
}: Props & { issue: ReturnType<typeof useIssueApiKey> }) {
  const accounts = useServiceAccounts(tenant.name);
  const form = useForm({
    initialValues: {
      account: "",
      administrator: false,
      lifetime: "",
      description: "",
      ...NO_RESTRICTION,
    },
    validate: {
      account: (account, { administrator }) =>
        administrator || account.trim()
          ? null
          : "Name the service account, or choose the administrator.",
    },
  });
  const create = useCreateServiceAccount(tenant.name);
  const topics = useTopics(tenant.cluster_id);
  const submit = form.onSubmit(({ account, administrator, lifetime, description, ...kept }) => {
    const name = administrator ? null : account.trim();
    const restriction = restrictionOf(kept);
    const ask = () =>
      issue.mutate({
        service_account: name,
        ...(lifetime && { expires_in_seconds: Number(lifetime) }),
        ...(description.trim() && { description: description.trim() }),
        ...(restriction && { restriction }),
      });
    const known = name === null || (accounts.data ?? []).some((each) => each.name === name);
    if (known) ask();
    else create.mutate({ name }, { onSuccess: ask });
  });
  const error = create.error ?? issue.error;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Refused error={error} />
        <Autocomplete
          label="Service account"
          description="The key may read and write records as this account. A new name makes a new one."
          data={(accounts.data ?? []).map(({ name }) => name)}
          disabled={form.values.administrator}
          data-autofocus
          {...form.getInputProps("account")}
        />
        <Switch
          label="A key of the tenant's administrator"
          description="It may also create and delete topics, accounts and keys."
          {...form.getInputProps("administrator", { type: "checkbox" })}
        />
        <Select
          label="Expires"
          data={LIFETIMES}
          allowDeselect={false}
          {...form.getInputProps("lifetime")}
        />
        <TextInput
          label="Description"
          placeholder="Where it is used"
          autoComplete="off"
          {...form.getInputProps("description")}
        />
        <Fieldset legend="Keep it to less than the account may do">
          <Stack gap="sm">
            <Switch label="It only reads" {...form.getInputProps("readOnly", { type: "checkbox" })} />
            <TagsInput
              label="Topics"
              description="Only these; eu-* stands for all that begin so. Empty is all topics."
              data={(topics.data ?? []).map(({ topic_name }) => topic_name)}
              limit={50}
              acceptValueOnBlur
              {...form.getInputProps("topics")}
            />
            <TagsInput
              label="Consumer groups"
              description="Empty is all groups."
              acceptValueOnBlur
              {...form.getInputProps("groups")}
            />
          </Stack>
        </Fieldset>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending || issue.isPending}>
            Issue key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Issued({ tenant, issued, onClose }: Props & { issued: IssuedApiKeyBody }) {
  const overview = useOverview(tenant.name);
  const credentials = { key: issued.key_id, secret: issued.secret };
  return (
    <Stack gap="md">
      <CopyField label="Key" value={issued.key_id} />
      <ShownOnce what="the secret" label="Secret" secret={issued.secret} />
      {overview.data && (
        <>
          <Text size="sm" fw={600} mt="xs">
            Use it
          </Text>
          <SnippetTabs overview={overview.data} credentials={credentials} />
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>I have copied it</Button>
      </Group>
    </Stack>
  );
}
