import { Button, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { DeleteTopic } from "../../components/DeleteTopic";
import { EraserIcon, MoreIcon, PlusIcon, TrashIcon } from "../../components/icons";
import { DeleteRecords } from "./DeleteRecords";
import { GrowTopic } from "./partitions/GrowTopic";

type Action = "grow" | "delete-records" | "delete-topic";

interface Props {
  cluster: string;
  topic: string;
  /** How many partitions the topic has. */
  count: number;
}

/** What can be done to a topic as a whole. */
export function TopicActions({ cluster, topic, count }: Props) {
  const [action, setAction] = useState<Action | null>(null);
  const navigate = useNavigate();
  const close = () => setAction(null);
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Button variant="default" leftSection={<MoreIcon size={16} />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<PlusIcon size={16} />} onClick={() => setAction("grow")}>
            Add partitions…
          </Menu.Item>
          <Menu.Item
            leftSection={<EraserIcon size={16} />}
            onClick={() => setAction("delete-records")}
          >
            Delete records…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            c="var(--bad)"
            leftSection={<TrashIcon size={16} />}
            onClick={() => setAction("delete-topic")}
          >
            Delete topic…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {action === "grow" && (
        <GrowTopic cluster={cluster} topic={topic} count={count} onClose={close} />
      )}
      {action === "delete-records" && (
        <DeleteRecords cluster={cluster} topic={topic} count={count} onClose={close} />
      )}
      {action === "delete-topic" && (
        <DeleteTopic
          cluster={cluster}
          topic={topic}
          onClose={close}
          onDeleted={() => void navigate({ to: "/topics" })}
        />
      )}
    </>
  );
}
