import { Alert, Button, Group, Kbd, Paper, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { getHotkeyHandler } from "@mantine/hooks";
import { useState } from "react";

import { useProduce } from "../../../api/hooks/records";
import { useTopic } from "../../../api/hooks/topics";
import { AlertIcon, SendIcon } from "../../../components/icons";
import { mayChange, useWorkspace } from "../../../components/Workspace";
import { fromLocalTime } from "../localTime";
import { FieldInput } from "./FieldInput";
import { HeaderInputs } from "./HeaderInputs";
import { historyName, readHistory, remember } from "./history";
import { HistoryPanel } from "./HistoryPanel";
import { newRecord, problemOf, type RecordForm } from "./newRecord";
import classes from "./ProducePage.module.css";

interface Props {
  topic: string;
  /** What the form begins with. */
  start: RecordForm;
}

/** One record by hand, and those that were sent before. */
export function RecordPane({ topic, start }: Props) {
  const { tenant, user } = useWorkspace();
  const found = useTopic(tenant.cluster_id, topic);
  const produce = useProduce(tenant.cluster_id, topic);
  const name = historyName(user.login, tenant.cluster_id, topic);
  const [history, setHistory] = useState(() => readHistory(localStorage, name));
  const form = useForm<RecordForm>({
    initialValues: start,
    validate: {
      key: (words, { keyFormat }) => problemOf(keyFormat, words),
      value: (words, { valueFormat }) => problemOf(valueFormat, words),
      timestamp: (time) =>
        time === "" || fromLocalTime(time) !== null ? null : "Give a time since 1970.",
      headers: {
        name: (header) => (header ? null : "A header needs a name."),
        value: (words, { headers }, path) => {
          const header = headers[Number(path.split(".")[1])];
          return header ? problemOf(header.format, words) : null;
        },
      },
    },
  });
  const sendForm = (values: RecordForm) =>
    produce.mutate(newRecord(values), {
      onSuccess: ({ partition_id, offset }) =>
        setHistory(
          remember(localStorage, name, { form: values, at: Date.now(), partition_id, offset }),
        ),
    });
  // The form stays filled: the next record is most often like the last one.
  const send = form.onSubmit(sendForm);

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
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="lg">
            <Select
              label="Partition"
              description="Records with one key belong in one partition, so that they keep their order."
              placeholder="By the key"
              clearable
              searchable
              limit={100}
              data={Array.from({ length: found.data?.partitions_count ?? 0 }, (_, id) => String(id))}
              value={form.values.partition || null}
              onChange={(partition) => form.setFieldValue("partition", partition ?? "")}
            />
            <TextInput
              type="datetime-local"
              step={1}
              label="Timestamp"
              description="In your time zone; left empty, the time at which the record is sent."
              {...form.getInputProps("timestamp")}
            />
          </SimpleGrid>
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
              <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
            </Text>
          </Group>
        </Stack>
      </Paper>
      <HistoryPanel
        topic={topic}
        history={history}
        busy={produce.isPending || !mayChange(tenant)}
        onFill={(values) => form.setValues(values)}
        onSend={sendForm}
        onForget={() => {
          localStorage.removeItem(name);
          setHistory([]);
        }}
      />
    </div>
  );
}
