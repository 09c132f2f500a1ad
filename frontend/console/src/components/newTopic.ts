/** From the create form's words to the request's body. */

import type { NewTopicBody } from "../api/types";

export interface TopicForm {
  name: string;
  partitions: number | string;
  /** Milliseconds as `retention.ms` takes them; empty for the service's default. */
  retention: string;
  /** `name=value`, one a line. */
  configs: string;
}

export const EMPTY_TOPIC: TopicForm = { name: "", partitions: 3, retention: "", configs: "" };

const DAY_MS = 86_400_000;

export const RETENTIONS = [
  { value: "", label: "Default" },
  { value: String(DAY_MS), label: "1 day" },
  { value: String(7 * DAY_MS), label: "7 days" },
  { value: String(30 * DAY_MS), label: "30 days" },
  { value: "-1", label: "For ever" },
];

/** Kafka's rule for topic names. */
export function problemOfName(name: string): string | null {
  if (name === "") return "Enter a name.";
  if (name === "." || name === "..") return "A name cannot be only dots.";
  if (name.length > 249) return `At most 249 characters; these are ${name.length}.`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "Only letters, digits, dots, dashes and underscores.";
  return null;
}

export function problemOfConfigs(configs: string): string | null {
  const broken = lines(configs).find((line) => !/^[^=\s]+\s*=/.test(line));
  return broken === undefined ? null : `“${broken}” is not of the form name=value.`;
}

export function newTopic(form: TopicForm): NewTopicBody {
  const configs = lines(form.configs).map((line) => {
    const at = line.indexOf("=");
    return { name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
  });
  if (form.retention !== "") configs.unshift({ name: "retention.ms", value: form.retention });
  return { topic_name: form.name, partitions_count: Number(form.partitions), configs };
}

function lines(configs: string): string[] {
  return configs
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
