import { wordsOfState } from "../../connect/state";
import classes from "../list.module.css";

export function ConnectorState({ state }: { state: string }) {
  const { label, tone, says } = wordsOfState(state);
  return (
    <span className={classes.state} data-tone={tone} title={says || undefined}>
      {label}
    </span>
  );
}
