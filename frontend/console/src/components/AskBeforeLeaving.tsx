import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

interface Props {
  /** Whether something would be lost; asked when somebody is about to leave. */
  unsaved: () => boolean;
}

/** Asks before a page is left on which something is written that is nowhere else. */
export function AskBeforeLeaving({ unsaved }: Props) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: unsaved,
    enableBeforeUnload: unsaved,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <Modal opened onClose={reset} title="Leave this page?" centered>
      <Text size="sm">What you have written here is not kept.</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={proceed}>
          Leave
        </Button>
        <Button onClick={reset} data-autofocus>
          Stay
        </Button>
      </Group>
    </Modal>
  );
}
