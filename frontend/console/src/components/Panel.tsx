import { Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Panel.module.css";

/** A titled box on a page. */
export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper component="section" className={classes.panel} aria-label={title}>
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      {children}
    </Paper>
  );
}
