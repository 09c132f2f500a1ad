import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from "@mantine/core";

import { CheckIcon, CopyIcon } from "./icons";
import classes from "./Copy.module.css";

/** Copies `text`; `what` says in the tooltip and to screen readers what that is. */
export function Copy({ text, what }: { text: string; what: string }) {
  return (
    <CopyButton value={text} timeout={1_500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${what}`}>
          <ActionIcon
            variant="subtle"
            color={copied ? "teal" : "gray"}
            onClick={copy}
            aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
          >
            {copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A value with its name above it and a copy button beside it. */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {label}
      </Text>
      <Group gap={4} wrap="nowrap" className={classes.field}>
        <span className={`mono ${classes.value}`}>{value}</span>
        <Copy text={value} what={label.toLowerCase()} />
      </Group>
    </div>
  );
}

export function Snippet({ code, what }: { code: string; what: string }) {
  return (
    <div className={classes.snippet}>
      <Code block className={classes.code} tabIndex={0} role="region" aria-label={what}>
        {code}
      </Code>
      <div className={classes.corner}>
        <Copy text={code} what={what} />
      </div>
    </div>
  );
}
