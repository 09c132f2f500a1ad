import { Button, Group, Text } from "@mantine/core";

import { TextLink } from "../../../components/links";
import { formatDateTime } from "../../../records/format";
import type { Sent } from "./history";
import type { RecordForm } from "./newRecord";
import classes from "./ProducePage.module.css";

interface Props {
  topic: string;
  history: Sent[];
  busy: boolean;
  onFill: (form: RecordForm) => void;
  onSend: (form: RecordForm) => void;
  onForget: () => void;
}

/** What was sent from here, ready to be sent again or changed a little. */
export function HistoryPanel({ topic, history, busy, onFill, onSend, onForget }: Props) {
  return (
    <section aria-label="Sent before" className={classes.written}>
      <Group justify="space-between" mb="xs">
        <Text size="sm" fw={600}>
          Sent before
        </Text>
        {history.length > 0 && (
          <Button size="compact-xs" variant="default" onClick={onForget}>
            Forget all
          </Button>
        )}
      </Group>
      <div role="log">
        {history.length === 0 ? (
          <Text size="sm" c="dimmed">
            Records that you send are listed here, to be looked at or sent again. The list stays in
            this browser and goes when you sign out.
          </Text>
        ) : (
          history.map((sent) => (
            <div key={`${sent.partition_id}-${sent.offset}`} className={classes.result}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <TextLink
                  size="sm"
                  className="mono"
                  to="/topics/$topic/records"
                  params={{ topic }}
                  search={{
                    at: `offset:${sent.offset}`,
                    partitions: [sent.partition_id],
                    record: `${sent.partition_id}-${sent.offset}`,
                  }}
                >
                  partition {sent.partition_id}, offset {sent.offset}
                </TextLink>
                <Text size="xs" c="dimmed" className={classes.time}>
                  {formatDateTime(sent.at).slice(0, -4)}
                </Text>
              </Group>
              <Text size="xs" c="dimmed" className={`mono ${classes.words}`}>
                {inShort(sent.form)}
              </Text>
              <Group gap={6} mt={4}>
                <Button
                  size="compact-xs"
                  variant="default"
                  disabled={busy}
                  onClick={() => onSend(sent.form)}
                >
                  Send again
                </Button>
                <Button size="compact-xs" variant="default" onClick={() => onFill(sent.form)}>
                  Fill the form
                </Button>
              </Group>
            </div>
          ))
        )}
      </div>
    </section>
  );
}

const WORDS = 160;

function inShort({ keyFormat, key, valueFormat, value }: RecordForm): string {
  const shown = valueFormat === "none" ? "null" : value.slice(0, WORDS).replace(/\s+/g, " ");
  return keyFormat === "none" || key === "" ? shown : `${key.slice(0, 40)}: ${shown}`;
}
