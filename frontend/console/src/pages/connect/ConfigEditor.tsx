import { Accordion, Alert, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";

import { usePlugins, useValidation } from "../../api/hooks/connectors";
import { useTopics } from "../../api/hooks/topics";
import { AlertIcon } from "../../components/icons";
import { Panel } from "../../components/Panel";
import { Failure, Loading } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import {
  converterNames,
  fieldsOf,
  fromJson,
  named,
  shownErrors,
  toJson,
  topicNames,
  withKey,
  WORDS,
  type Config,
  type Field,
  type FieldGroup,
} from "../../connect/config";
import { formatPlural } from "../../records/format";
import classes from "./ConfigEditor.module.css";
import { ConfigField } from "./ConfigField";

const TYPING_MS = 300;

interface Props {
  tenant: string;
  plugin: string;
  config: Config;
  /** What is being changed; nothing for a new connector. */
  before?: Config;
  /** Whether faults of fields that nobody has touched are shown. */
  judged: boolean;
  onChange: (config: Config) => void;
  /** How many faults the service finds, a name that is missing aside; null while it is asked. */
  onFaults: (count: number | null) => void;
}

/** A config as a form, and the same as JSON beside it. The service judges each as it is typed. */
export function ConfigEditor(props: Props) {
  const { tenant, plugin, config, before, judged, onChange, onFaults } = props;
  const [opened, setOpened] = useState<string[]>([]);
  const [settled] = useDebouncedValue(config, TYPING_MS);
  const validation = useValidation(tenant, plugin, named(settled));
  const plugins = usePlugins(tenant);
  const topics = useTopics(useWorkspace().tenant.cluster_id);
  const current = settled === config && !validation.isPlaceholderData;
  const faults = current ? (validation.data?.error_count ?? null) : null;
  useEffect(() => onFaults(faults), [faults, onFaults]);

  if (validation.isError) {
    return (
      <Failure
        title="The config could not be judged"
        error={validation.error}
        onRetry={() => void validation.refetch()}
      />
    );
  }
  if (!validation.data) return <Loading what="what it can be told" />;
  const offered = {
    ...WORDS,
    ...converterNames(plugins.data ?? []),
    ...topicNames(topics.data ?? []),
  };
  const { main, groups, others } = fieldsOf(validation.data, config, before, offered);
  const faulty = groups
    .filter(({ fields }) => fields.some((field) => shownErrors(field, judged).length > 0))
    .map(({ name }) => itemOf(name));
  const write = (name: string) => (text: string) => onChange(withKey(config, name, text));
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <Panel title="Settings">
        <Stack gap="md">
          {main.map((field) => (
            <One key={field.definition.name} field={field} judged={judged} write={write} />
          ))}
          {groups.length > 0 && (
            <Accordion
              multiple
              variant="separated"
              order={3}
              value={[...new Set([...opened, ...faulty])]}
              onChange={setOpened}
            >
              {groups.map((group) => (
                <More key={group.name} group={group} judged={judged} write={write} />
              ))}
            </Accordion>
          )}
        </Stack>
      </Panel>
      <div className={classes.beside}>
        <Panel title="JSON">
          <Stack gap="sm">
            <JsonView config={config} onChange={onChange} />
            {others.length > 0 && (
              <Alert color="red" variant="light" icon={<AlertIcon />} role="alert">
                {others.map(({ name, errors }) => (
                  <Text key={name} size="sm">
                    {errors.join(" ")}
                  </Text>
                ))}
              </Alert>
            )}
          </Stack>
        </Panel>
      </div>
    </SimpleGrid>
  );
}

type Write = (name: string) => (text: string) => void;

function One({ field, judged, write }: { field: Field; judged: boolean; write: Write }) {
  return (
    <ConfigField field={field} judged={judged} onChange={write(field.definition.name)} />
  );
}

/** A group's name as a part of an id, which has no space. */
function itemOf(group: string): string {
  return group.replaceAll(/\W+/g, "-");
}

function More({ group, judged, write }: { group: FieldGroup; judged: boolean; write: Write }) {
  const faults = group.fields.filter(({ errors }) => errors.length > 0).length;
  return (
    <Accordion.Item value={itemOf(group.name)}>
      <Accordion.Control>
        {group.name}
        {faults > 0 && (
          <Text span size="sm" ml="xs" style={{ color: "var(--bad)" }}>
            {formatPlural(faults, "fault")}
          </Text>
        )}
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="md">
          {group.fields.map((field) => (
            <One key={field.definition.name} field={field} judged={judged} write={write} />
          ))}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** Text that is no config stays as it is typed, and changes nothing until it is one. */
function JsonView({ config, onChange }: Pick<Props, "config" | "onChange">) {
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? config : fromJson(typed);
  return (
    <Textarea
      label="The same as JSON"
      description="As Kafka Connect takes it; what is set here and has no field stays."
      autosize
      minRows={12}
      maxRows={24}
      spellCheck={false}
      classNames={{ input: "mono" }}
      value={typed ?? toJson(config)}
      error={typeof read === "string" ? read : null}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        const wanted = fromJson(text);
        if (typeof wanted !== "string") onChange(wanted);
      }}
      onBlur={() => {
        if (typeof read !== "string") setTyped(null);
      }}
    />
  );
}
