import { ActionIcon, Popover, Stack, Table, Text, Tooltip, UnstyledButton } from "@mantine/core";

import { HelpIcon } from "../../../components/icons";

const VARIABLES: [string, string][] = [
  ["key, value", "JSON as an object, other text as text, else bytes"],
  ["headers", "a map from name to text"],
  ["timestamp", "milliseconds since 1970"],
  ["offset, partition, size", "whole numbers; the size in bytes"],
];

const EXAMPLES = [
  'value.carrier == "UA" && value.delay > 15',
  'key.startsWith("eu-")',
  'has(value.error) || headers["retry"] == "true"',
  'value.tags.exists(tag, tag.contains("beta"))',
  "size > 100000",
];

/** What a filter may say, with examples to begin with. */
export function FilterHelp({ onPick }: { onPick: (filter: string) => void }) {
  return (
    <Popover position="bottom-end" width={440} shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label="How to write a filter">
          <ActionIcon variant="default" size={36} aria-label="How to write a filter">
            <HelpIcon />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="How to write a filter">
        <Stack gap="sm">
          <Text size="sm">
            A filter is an expression in CEL, the Common Expression Language. The service runs it
            over every record of the topic and gives back those for which it is true.
          </Text>
          <Table withRowBorders={false} verticalSpacing={3} fz="sm">
            <Table.Tbody>
              {VARIABLES.map(([name, meaning]) => (
                <Table.Tr key={name}>
                  <Table.Td className="mono" pl={0}>
                    {name}
                  </Table.Td>
                  <Table.Td>{meaning}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <div>
            <Text size="xs" c="dimmed" mb={4}>
              Examples, to be taken with a click
            </Text>
            {EXAMPLES.map((example) => (
              <UnstyledButton
                key={example}
                display="block"
                py={3}
                fz="sm"
                c="var(--token-name)"
                className="mono"
                onClick={() => onPick(example)}
              >
                {example}
              </UnstyledButton>
            ))}
          </div>
          <Text size="xs" c="dimmed">
            A record on which the expression fails, such as one without the field, does not match.
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
