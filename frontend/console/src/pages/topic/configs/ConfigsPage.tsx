import { Button, Group, Kbd, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { may } from "../../../access";
import { useConfigs } from "../../../api/hooks/configs";
import type { ConfigBody } from "../../../api/topicTypes";
import { SearchIcon } from "../../../components/icons";
import { Empty, Failure, Loading } from "../../../components/states";
import { useAddressedText } from "../../../components/useAddressedText";
import { useWorkspace } from "../../../components/Workspace";
import { formatPlural } from "../../../records/format";
import { ConfigRow } from "./ConfigRow";
import classes from "./configs.module.css";
import { ReviewChanges } from "./ReviewChanges";
import { groupOf, GROUPS, isSetHere, problemOfValue, stepsOf, type Draft } from "./values";

const route = getRouteApi("/console/topics/$topic/configs");

const NO_DRAFT: Draft = new Map();
const SHOWN = [
  { value: "all", label: "All" },
  { value: "set", label: "Set here" },
];

/** The topic's configs: what each means, where its value comes from, and how to change it. */
export function ConfigsPage() {
  const { topic } = route.useParams();
  const { find = "", config: open } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  const [words, setWords, settled] = useAddressedText(find, (text) =>
    void navigate({
      replace: true,
      search: ({ find: _, ...now }) => (text ? { ...now, find: text } : now),
    }),
  );
  const configs = useConfigs(tenant.cluster_id, topic);
  const [draft, setDraft] = useState(NO_DRAFT);
  const [onlySet, setOnlySet] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const findInput = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => findInput.current?.focus()]]);

  const shown = useMemo(
    () => matching(configs.data ?? [], settled, onlySet),
    [configs.data, settled, onlySet],
  );
  if (configs.isPending) return <Loading what="configs" />;
  if (configs.data === undefined) {
    return (
      <Failure
        title="The configs could not be read"
        error={configs.error!}
        onRetry={() => void configs.refetch()}
      />
    );
  }
  const steps = stepsOf(configs.data, draft);
  const flawed = steps.some(
    ({ config, to, reset }) => !reset && problemOfValue(config, to ?? "") !== null,
  );
  const change = (name: string, value: string | null | undefined) =>
    setDraft((before) => {
      const after = new Map(before);
      if (value === undefined) after.delete(name);
      else after.set(name, value);
      return after;
    });
  const toggle = (name: string) =>
    void navigate({
      replace: true,
      search: ({ config, ...now }) => (config === name ? now : { ...now, config: name }),
    });

  return (
    <>
      <Group mb="sm" gap="sm">
        <TextInput
          ref={findInput}
          w={320}
          aria-label="Find a config"
          placeholder="Find by name or meaning"
          leftSection={<SearchIcon size={16} />}
          rightSection={words ? null : <Kbd size="xs">/</Kbd>}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && setWords("")}
        />
        <SegmentedControl
          aria-label="Which configs"
          data={SHOWN}
          value={onlySet ? "set" : "all"}
          onChange={(which) => setOnlySet(which === "set")}
        />
        {steps.length > 0 && (
          <Group gap="xs" ml="auto" role="group" aria-label="Changes">
            <Text size="sm" fw={550} role="status">
              {formatPlural(steps.length, "change")}
            </Text>
            <Button variant="default" onClick={() => setDraft(NO_DRAFT)}>
              Discard
            </Button>
            <Button onClick={() => setReviewing(true)} disabled={flawed}>
              Review
            </Button>
          </Group>
        )}
      </Group>
      {shown.length === 0 ? (
        <Empty title="No such config">
          {onlySet
            ? "Nothing is set on this topic; everything is as the cluster has it by default."
            : "No name and no description has these words."}
        </Empty>
      ) : (
        <div className={classes.list} tabIndex={0} role="region" aria-label="Configs">
          {GROUPS.map((group) => {
            const members = shown.filter(({ name }) => groupOf(name) === group);
            if (members.length === 0) return null;
            return (
              <section key={group} aria-label={group}>
                <h2 className={classes.group}>{group}</h2>
                {members.map((config) => (
                  <ConfigRow
                    key={config.name}
                    config={config}
                    open={open === config.name}
                    draft={draft.get(config.name)}
                    mayChange={may(tenant, "ADMINISTER") && !config.is_read_only}
                    onToggle={() => toggle(config.name)}
                    onChange={(value) => change(config.name, value)}
                  />
                ))}
              </section>
            );
          })}
        </div>
      )}
      {reviewing && (
        <ReviewChanges
          cluster={tenant.cluster_id}
          topic={topic}
          steps={steps}
          onClose={() => setReviewing(false)}
          onDone={() => {
            setReviewing(false);
            setDraft(NO_DRAFT);
          }}
        />
      )}
    </>
  );
}

function matching(configs: ConfigBody[], find: string, onlySet: boolean): ConfigBody[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return configs.filter((config) => {
    if (onlySet && !isSetHere(config)) return false;
    const text = `${config.name} ${config.documentation ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
