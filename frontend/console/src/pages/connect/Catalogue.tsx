import { Badge, Group, SimpleGrid, Stack, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";

import type { PluginBody } from "../../api/hooks/connectors";
import { ListFilter } from "../../components/ListFilter";
import classes from "./Catalogue.module.css";

interface Props {
  plugins: PluginBody[];
  onChoose: (plugin: string) => void;
}

const KINDS = [
  { kind: "source", title: "Sources: into topics" },
  { kind: "sink", title: "Sinks: out of topics" },
] as const;

/** What connectors can be made of. */
export function Catalogue({ plugins, onChoose }: Props) {
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const fits = ({ name, title, doc, aliases }: PluginBody) =>
    [name, title, doc, ...aliases].join(" ").toLowerCase().includes(wanted);
  return (
    <Stack gap="lg">
      <ListFilter label="Filter the catalogue" value={filter} onChange={setFilter} />
      {KINDS.map(({ kind, title }) => {
        const found = plugins.filter((plugin) => plugin.kind === kind && fits(plugin));
        return (
          <section key={kind} aria-label={title}>
            <Text component="h2" size="sm" fw={600} mb="xs">
              {title}
            </Text>
            {found.length === 0 && (
              <Text size="sm" c="dimmed">
                There is none {wanted === "" ? "in this deployment" : "like that"}.
              </Text>
            )}
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
              {found.map((plugin) => (
                <UnstyledButton
                  key={plugin.name}
                  className={classes.card}
                  onClick={() => onChoose(plugin.name)}
                >
                  <Group justify="space-between" wrap="nowrap" align="flex-start">
                    <Text fw={600}>{plugin.title}</Text>
                    {plugin.exactly_once && (
                      <Badge variant="outline" color="gray" size="sm" style={{ flexShrink: 0 }}>
                        exactly once
                      </Badge>
                    )}
                  </Group>
                  <Text size="xs" c="dimmed" className="mono">
                    {plugin.name} {plugin.version}
                  </Text>
                  <Text size="sm" mt={4} lineClamp={3}>
                    {plugin.doc}
                  </Text>
                </UnstyledButton>
              ))}
            </SimpleGrid>
          </section>
        );
      })}
    </Stack>
  );
}
