/** Which streams of records are a connector's. */

import { partsOf, type Config } from "./config";

/** The consumer group as which a sink of this name reads. */
export function groupOf(connector: string): string {
  return `connect-${connector}`;
}

/** A sink reads topics that its config names, whether it has yet or not, or what a pattern fits. */
export function topicsOf(config: Config, active: string[]): string[] {
  return [...new Set([...partsOf(config.topics ?? ""), ...active])].toSorted();
}

/** Where records go that cannot be moved; null where they go nowhere. */
export function deadLetterTopic(config: Config): string | null {
  return config["errors.deadletterqueue.topic.name"]?.trim() || null;
}
