import { Group, Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Panel.module.css";

interface Props {
  title: string;
  /** Stands at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled box on a page. */
export function Panel({ title, aside, children }: Props) {
  return (
    <Paper component="section" className={classes.panel} aria-label={title}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Title order={2} className={classes.title}>
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Paper>
  );
}
