import { Kbd, Modal, SimpleGrid, Text, Title } from "@mantine/core";

import { PLACES } from "../places";
import classes from "./HelpSheet.module.css";

interface Shortcut {
  keys: string[];
  does: string;
}

const EVERYWHERE: Shortcut[] = [
  { keys: ["⌘ or Ctrl", "K"], does: "Search pages, topics, groups and commands" },
  { keys: ["?"], does: "This sheet" },
  { keys: ["d"], does: "Switch between dark and light" },
];

const LISTS: Shortcut[] = [
  { keys: ["/"], does: "Filter the list" },
  { keys: ["Esc"], does: "Empty the filter, close a dialog" },
  { keys: ["c"], does: "Create or add one, where you may" },
];

const RECORDS: Shortcut[] = [
  { keys: ["Space"], does: "Pause and resume the live tail" },
  { keys: ["Home"], does: "Back to the newest" },
  { keys: ["n"], does: "Next page" },
  { keys: ["p"], does: "Page before" },
  { keys: ["r"], does: "Read the page again" },
  { keys: ["↑", "↓"], does: "Go from record to record" },
  { keys: ["Ctrl", "Enter"], does: "Send the new record" },
];

/** Every shortcut there is. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const places = PLACES.map(({ key, label }) => ({ keys: ["g", key], does: label }));
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="lg" centered>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <div>
          <Shortcuts title="Everywhere" shortcuts={EVERYWHERE} />
          <Shortcuts title="Lists" shortcuts={LISTS} />
        </div>
        <div>
          <Shortcuts title="Go to" shortcuts={places} />
          <Shortcuts title="Records" shortcuts={RECORDS} />
        </div>
      </SimpleGrid>
    </Modal>
  );
}

function Shortcuts({ title, shortcuts }: { title: string; shortcuts: Shortcut[] }) {
  return (
    <section className={classes.section}>
      <Title order={3} size="h6" mb="xs">
        {title}
      </Title>
      <dl className={classes.list}>
        {shortcuts.map(({ keys, does }) => (
          <div key={does} className={classes.row}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key} size="sm" mr={4}>
                  {key}
                </Kbd>
              ))}
            </dt>
            <Text component="dd" size="sm" m={0}>
              {does}
            </Text>
          </div>
        ))}
      </dl>
    </section>
  );
}
