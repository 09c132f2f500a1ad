import { Text } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Figures.module.css";

/** A row of figures with their names. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className={classes.row}>{children}</dl>;
}

interface TileProps {
  name: string;
  value: string;
  /** A few words under or beside it. */
  note?: ReactNode;
}

function Beside({ note }: Pick<TileProps, "note">) {
  return (
    note !== undefined && (
      <>
        {" "}
        <span className={classes.note}>{note}</span>
      </>
    )
  );
}

interface FigureProps extends TileProps {
  tone?: "good" | "warn" | "bad" | undefined;
}

export function Figure({ name, value, note, tone }: FigureProps) {
  return (
    <div className={classes.figure}>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <dd className={classes.number} data-tone={tone}>
        {value}
        <Beside note={note} />
      </dd>
    </div>
  );
}

/** A word among figures. It may be as long as people name things, so it breaks where it must. */
export function Word({ name, value, note }: TileProps) {
  return (
    <div className={classes.figure}>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <dd className={classes.word}>
        {value}
        <Beside note={note} />
      </dd>
    </div>
  );
}
