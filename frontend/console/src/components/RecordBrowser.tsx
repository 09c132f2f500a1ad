import type { ReactNode } from "react";

import type { StreamRecord } from "../records/record";
import classes from "./RecordBrowser.module.css";
import { RecordInspector } from "./RecordInspector";

interface Props {
  /** The list, with what floats over it. */
  children: ReactNode;
  inspected: StreamRecord | null;
  onClose: () => void;
}

/** A list of records with the picked one beside it. */
export function RecordBrowser({ children, inspected, onClose }: Props) {
  return (
    <div className={classes.browser}>
      <div className={classes.list}>{children}</div>
      {inspected && <RecordInspector record={inspected} onClose={onClose} />}
    </div>
  );
}
