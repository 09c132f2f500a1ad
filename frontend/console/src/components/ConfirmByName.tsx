import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

interface Props {
  title: string;
  /** What has to be typed, letter by letter. */
  name: string;
  warning: string;
  verb: string;
  busy: boolean;
  /** The service's refusal of the last try. */
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks for the thing's name before what cannot be undone is done. */
export function ConfirmByName(props: Props) {
  const [typed, setTyped] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === props.name) props.onConfirm();
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">{props.warning}</Text>
          <TextInput
            label={
              <>
                Type <span className="mono">{props.name}</span> to confirm
              </>
            }
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={props.error?.message}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red.9"
              loading={props.busy}
              disabled={typed !== props.name}
            >
              {props.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
