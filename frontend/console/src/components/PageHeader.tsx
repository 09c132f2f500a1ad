import { Group, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
}

/** The page's one first-level heading, which also names the browser's tab. */
export function PageHeader({ title, subtitle, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Headwater`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-end" gap="md" mb="md">
      <div>
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {/* Room for a line, with badges, before its words are there: what is below and beside it
            must not move away from a pointer. */}
        <Text component="div" size="sm" c="dimmed" mih={24}>
          {subtitle}
        </Text>
      </div>
      {actions}
    </Group>
  );
}
