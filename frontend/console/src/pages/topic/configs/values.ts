/** What a config's value means, what it may be, and what a change of it would do. Pure. */

import type { ConfigBody, ConfigChangeBody } from "../../../api/topicTypes";
import { formatBytes, formatSpan } from "../../../records/format";

const LONG_MAX = "9223372036854775807";

/** The value in words, for those that are counted in milliseconds or bytes; else null. */
export function inWords(name: string, value: string | null): string | null {
  if (value === null || !/^-?\d{1,19}$/.test(value)) return null;
  const counted = /\.(ms|bytes)$/.exec(name)?.[1];
  if (!counted) return value === LONG_MAX ? "no limit" : null;
  if (value === LONG_MAX || value === "-1") return "no limit";
  if (value === "-2") return "as the topic's own";
  const amount = Number(value);
  // Below that the figure says it already.
  if (amount < (counted === "ms" ? 1_000 : 1_024)) return null;
  return counted === "ms" ? formatSpan(amount) : formatBytes(amount);
}

export function defaultOf(config: ConfigBody): string | null {
  if (config.default_value !== undefined) return config.default_value;
  return config.synonyms.findLast(({ source }) => source === "DEFAULT_CONFIG")?.value ?? null;
}

/** Where the value comes from, in words. */
export function sourceOf({ source, is_default }: ConfigBody): string {
  switch (source) {
    case "DYNAMIC_TOPIC_CONFIG":
      return "set on this topic";
    case "DYNAMIC_BROKER_CONFIG":
    case "DYNAMIC_DEFAULT_BROKER_CONFIG":
    case "STATIC_BROKER_CONFIG":
      return "set for all topics";
    default:
      return is_default || source === "DEFAULT_CONFIG" ? "default" : source.toLowerCase();
  }
}

export function isSetHere({ source }: ConfigBody): boolean {
  return source === "DYNAMIC_TOPIC_CONFIG";
}

/** What is wrong with a value before the service is asked; null for nothing. */
export function problemOfValue(config: ConfigBody, value: string): string | null {
  const wrong = config.accepts ? `It takes ${config.accepts}.` : null;
  switch (config.type) {
    case "BOOLEAN":
      return value === "true" || value === "false" ? null : "It is true or false.";
    case "INT":
    case "LONG":
    case "SHORT":
      if (!/^-?\d{1,19}$/.test(value)) return wrong ?? "It is a whole number.";
      return isWithin(config, value) ? null : (wrong ?? rangeOf(config));
    case "DOUBLE":
      return value.trim() !== "" && Number.isFinite(Number(value))
        ? null
        : (wrong ?? "It is a number.");
    default:
      return null;
  }
}

function isWithin({ minimum, maximum }: ConfigBody, value: string): boolean {
  const number = BigInt(value);
  return !(minimum && number < BigInt(minimum)) && !(maximum && number > BigInt(maximum));
}

function rangeOf({ minimum, maximum }: ConfigBody): string {
  return `It lies between ${minimum ?? "any number"} and ${maximum ?? "any number"}.`;
}

/** New values by the config's name; null goes back to the default. */
export type Draft = ReadonlyMap<string, string | null>;

export interface Step {
  config: ConfigBody;
  from: string | null;
  to: string | null;
  reset: boolean;
}

/** What the draft changes. A value that is as it was is no change. */
export function stepsOf(configs: ConfigBody[], draft: Draft): Step[] {
  return configs.flatMap((config) => {
    const wanted = draft.get(config.name);
    if (wanted === undefined) return [];
    const reset = wanted === null;
    if (reset ? !isSetHere(config) : wanted === config.value) return [];
    return [{ config, from: config.value, to: reset ? defaultOf(config) : wanted, reset }];
  });
}

export function bodyOf(steps: Step[]): ConfigChangeBody[] {
  return steps.map(({ config: { name }, to, reset }) =>
    reset ? { name, operation: "DELETE" } : { name, operation: "SET", value: to ?? "" },
  );
}

/** What cannot be undone about a change, in a sentence; null when it can. */
export function warningOf({ config: { name }, from, to }: Step): string | null {
  if (from === null || to === null) return null;
  if (name === "retention.ms" || name === "retention.bytes") {
    return isLess(to, from)
      ? "Less is kept: records beyond the new limit are deleted soon after, for good."
      : null;
  }
  if (name === "cleanup.policy" && to.includes("compact") && !from.includes("compact")) {
    return "Of each key only the last record stays, and records without a key are refused.";
  }
  if (name === "cleanup.policy" && to.includes("delete") && !from.includes("delete")) {
    return "Retention applies from now on: records that are too old are deleted for good.";
  }
  if (name === "min.insync.replicas" && isLess(to, from)) {
    return "Records are acknowledged by fewer replicas: a broker that is lost may take some along.";
  }
  if (name === "flush" && to === "os") {
    return "Records count as safe before they are on a disk: a power cut may take some along.";
  }
  return null;
}

/** Limits: -1 is more than any number. */
function isLess(value: string, than: string): boolean {
  if (!/^-?\d+$/.test(value) || !/^-?\d+$/.test(than)) return false;
  const [left, right] = [BigInt(value), BigInt(than)];
  if (left < 0n) return false;
  return right < 0n || left < right;
}

export const GROUPS = ["Retention", "Compaction", "Records", "Durability", "Storage"] as const;
export type Group = (typeof GROUPS)[number];

/** The part of the page that a config stands in. */
export function groupOf(name: string): Group {
  if (/^(cleanup\.policy|(local\.)?retention\.)/.test(name)) return "Retention";
  if (/compaction|^min\.cleanable|^delete\.retention/.test(name)) return "Compaction";
  if (/^(message\.|max\.message|compression\.)/.test(name)) return "Records";
  if (/^(flush|min\.insync|unclean)/.test(name)) return "Durability";
  return "Storage";
}
