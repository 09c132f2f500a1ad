import { Alert } from "@mantine/core";
import type { ReactNode } from "react";

import { AlertIcon } from "./icons";
import classes from "./Notice.module.css";

interface Props {
  /** `warn` for what somebody should know first, `calm` for a plain fact. */
  tone: "warn" | "calm";
  title?: ReactNode;
  children: ReactNode;
}

/** A word beside the thing it is about. Errors are `Alert`s in red. */
export function Notice({ tone, title, children }: Props) {
  return (
    <Alert
      classNames={classes}
      data-tone={tone}
      title={title}
      icon={tone === "warn" ? <AlertIcon /> : undefined}
    >
      {children}
    </Alert>
  );
}
