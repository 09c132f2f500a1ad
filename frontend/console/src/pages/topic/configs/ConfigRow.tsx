import { Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { ConfigBody } from "../../../api/topicTypes";
import { ConfigInput } from "./ConfigInput";
import classes from "./configs.module.css";
import { defaultOf, inWords, isSetHere, sourceOf } from "./values";

interface Props {
  config: ConfigBody;
  open: boolean;
  /** The value it is to have, null for the default, undefined when it stays. */
  draft: string | null | undefined;
  mayChange: boolean;
  onToggle: () => void;
  onChange: (value: string | null | undefined) => void;
}

export function ConfigRow({ config, open, draft, mayChange, onToggle, onChange }: Props) {
  const row = useRef<HTMLDivElement>(null);
  const linked = useRef(open);
  useEffect(() => {
    // Only a row that the address names is fetched into view; a clicked one is in view already.
    if (linked.current) row.current?.scrollIntoView({ block: "center" });
  }, []);
  const { name, value } = config;
  const changed = draft !== undefined && (draft === null || draft !== value);
  const next = draft === null ? defaultOf(config) : (draft ?? value);
  return (
    <div ref={row} className={classes.config} data-changed={changed}>
      <UnstyledButton className={classes.summary} aria-expanded={open} onClick={onToggle}>
        <span className={`mono ${classes.name}`}>{name}</span>
        <span className={classes.value}>
          {changed && <span className={`mono ${classes.old}`}>{shown(config, value)}</span>}{" "}
          <span className="mono">{shown(config, next)}</span>
          <span className={classes.words}>{inWords(name, next)}</span>
        </span>
        <span className={classes.source} data-here={isSetHere(config)}>
          {config.is_read_only ? "read only" : sourceOf(config)}
        </span>
      </UnstyledButton>
      {open && (
        <Stack gap="sm" className={classes.detail}>
          <Text size="sm" maw={720}>
            {config.documentation ?? "There is no description."}
          </Text>
          <Facts config={config} />
          {mayChange && (
            <Group gap="sm" align="flex-start">
              <ConfigInput config={config} value={draft ?? value ?? ""} onChange={onChange} />
              {isSetHere(config) && draft !== null && (
                <Button variant="default" onClick={() => onChange(null)}>
                  Reset to the default
                </Button>
              )}
              {changed && (
                <Button variant="default" onClick={() => onChange(undefined)}>
                  Keep as it is
                </Button>
              )}
            </Group>
          )}
        </Stack>
      )}
    </div>
  );
}

function Facts({ config }: { config: ConfigBody }) {
  const standard = defaultOf(config);
  return (
    <Text size="xs" c="dimmed">
      Default <span className="mono">{shown(config, standard)}</span>
      {inWords(config.name, standard) && ` (${inWords(config.name, standard)})`}
      {config.type && ` · ${config.type.toLowerCase()}`}
      {config.accepts && ` · takes ${config.accepts}`}
    </Text>
  );
}

function shown(config: ConfigBody, value: string | null): string {
  if (config.is_sensitive) return "hidden";
  if (value === null) return "not set";
  return value === "" ? "(empty)" : value;
}
