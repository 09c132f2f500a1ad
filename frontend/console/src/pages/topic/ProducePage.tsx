import {
  ActionIcon,
  Alert,
  Button,
  Group,
  JsonInput,
  Kbd,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { getHotkeyHandler } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { useProduce } from "../../api/hooks/records";
import { useTopic } from "../../api/hooks/topics";
import type { ProducedBody } from "../../api/types";
import { AlertIcon, CloseIcon, PlusIcon, SendIcon } from "../../components/icons";
import { TextLink } from "../../components/links";
import { mayChange, useWorkspace } from "../../components/Workspace";
import { parseJson, stringifyJson } from "../../records/json";
import { EMPTY_FORM, newRecord, problemOf, type Format, type RecordForm } from "./newRecord";
import classes from "./ProducePage.module.css";

const route = getRouteApi("/console/topics/$topic/produce");

const KEPT_RESULTS = 8;

export function ProducePage() {
  const { topic } = route.useParams();
  const { tenant } = useWorkspace();
  const found = useTopic(tenant.cluster_id, topic);
  const produce = useProduce(tenant.cluster_id, topic);
  const [written, setWritten] = useState<ProducedBody[]>([]);
  const form = useForm<RecordForm>({
    initialValues: EMPTY_FORM,
    validate: {
      key: (words, { keyFormat }) => problemOf(keyFormat, words),
      value: (words, { valueFormat }) => problemOf(valueFormat, words),
      headers: { name: (name) => (name ? null : "A header needs a name.") },
    },
  });
  // The form stays filled: the next record is most often like the last one.
  const send = form.onSubmit((values) =>
    produce.mutate(newRecord(values), {
      onSuccess: (result) => setWritten((before) => [result, ...before].slice(0, KEPT_RESULTS)),
    }),
  );

  return (
    <div className={classes.columns} tabIndex={0} role="region" aria-label="New record">
      <Paper
        component="form"
        className={classes.form}
        onSubmit={send}
        onKeyDown={getHotkeyHandler([["mod+Enter", () => send()]])}
      >
        <Stack gap="lg">
          <FieldInput form={form} what="key" />
          <FieldInput form={form} what="value" />
          <HeaderInputs form={form} />
          <Select
            label="Partition"
            description="Records with one key belong in one partition, so that they keep their order."
            placeholder="By the key"
            clearable
            maw={320}
            data={Array.from({ length: found.data?.partitions_count ?? 0 }, (_, id) => String(id))}
            value={form.values.partition || null}
            onChange={(partition) => form.setFieldValue("partition", partition ?? "")}
          />
          {produce.isError && (
            <Alert
              color="red"
              variant="light"
              icon={<AlertIcon />}
              role="alert"
              title="Not written"
            >
              {produce.error.message}
            </Alert>
          )}
          <Group>
            <Button
              type="submit"
              leftSection={<SendIcon size={16} />}
              loading={produce.isPending}
              disabled={!mayChange(tenant)}
            >
              Produce
            </Button>
            <Text size="xs" c="dimmed">
              {mayChange(tenant) ? (
                <>
                  <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
                </>
              ) : (
                "Viewers cannot write records."
              )}
            </Text>
          </Group>
        </Stack>
      </Paper>
      <Written topic={topic} written={written} />
    </div>
  );
}

type Form = UseFormReturnType<RecordForm>;

const FORMATS: { value: Format; label: string }[] = [
  { value: "text", label: "Text" },
  { value: "json", label: "JSON" },
  { value: "base64", label: "Base64" },
  { value: "none", label: "Null" },
];

function FieldInput({ form, what }: { form: Form; what: "key" | "value" }) {
  const label = what === "key" ? "Key" : "Value";
  const format = form.values[`${what}Format`];
  const shared = {
    "aria-label": label,
    autosize: true,
    minRows: what === "key" ? 1 : 7,
    maxRows: 18,
    spellCheck: false,
    disabled: format === "none",
    classNames: { input: "mono" },
    ...form.getInputProps(what),
  };
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={500} aria-hidden="true">
          {label}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={`Format of the ${what}`}
          data={FORMATS}
          value={format}
          onChange={(next) => form.setFieldValue(`${what}Format`, next as Format)}
        />
      </Group>
      {format === "json" ? (
        <JsonInput
          {...shared}
          formatOnBlur
          deserialize={parseJson}
          serialize={(value) => stringifyJson(value, 2)}
          placeholder='{"hello": "world"}'
        />
      ) : (
        <Textarea {...shared} />
      )}
    </div>
  );
}

function HeaderInputs({ form }: { form: Form }) {
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={500}>
          Headers
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<PlusIcon size={12} />}
          onClick={() => form.insertListItem("headers", { name: "", value: "" })}
        >
          Add header
        </Button>
      </Group>
      <Stack gap="xs">
        {form.values.headers.length === 0 && (
          <Text size="sm" c="dimmed">
            None.
          </Text>
        )}
        {form.values.headers.map((_, index) => (
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              flex={1}
              aria-label={`Name of header ${index + 1}`}
              placeholder="name"
              {...form.getInputProps(`headers.${index}.name`)}
            />
            <TextInput
              flex={2}
              aria-label={`Value of header ${index + 1}`}
              placeholder="value"
              {...form.getInputProps(`headers.${index}.value`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={`Remove header ${index + 1}`}
              onClick={() => form.removeListItem("headers", index)}
            >
              <CloseIcon size={16} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </div>
  );
}

function Written({ topic, written }: { topic: string; written: ProducedBody[] }) {
  return (
    <section aria-label="Written records" className={classes.written}>
      <Text size="sm" fw={600} mb="xs">
        Written
      </Text>
      <div role="log">
        {written.length === 0 ? (
          <Text size="sm" c="dimmed">
            Records you produce are listed here with their offsets.
          </Text>
        ) : (
          written.map(({ partition_id: partition, offset }) => (
            <div key={`${partition}-${offset}`} className={classes.result}>
              <Text size="sm" className="mono">
                partition {partition}, offset {offset}
              </Text>
              <TextLink
                size="sm"
                to="/topics/$topic/records"
                params={{ topic }}
                search={{ partition, at: offset }}
              >
                Look
              </TextLink>
            </div>
          ))
        )}
      </div>
    </section>
  );
}
