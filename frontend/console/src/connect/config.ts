/** A connector's config as a form and as JSON: two views of the same texts. */

import type { ValidationBody } from "../api/hooks/connectors";
import { parseJson } from "../records/json";

export type Config = Record<string, string>;
type Entry = ValidationBody["configs"][number];
export type Definition = NonNullable<Entry["definition"]>;

export interface Field {
  definition: Definition;
  /** What is written; empty where nothing is. */
  value: string;
  /** What holds while nothing is written. */
  placeholder: string;
  choices: string[];
  /** Whether there may be choices, be there some by now or not. */
  offers: boolean;
  errors: string[];
}

export interface FieldGroup {
  name: string;
  fields: Field[];
}

/** What the form shows first: all that must be given, and what is important. The rest by group. */
export interface Fields {
  main: Field[];
  groups: FieldGroup[];
  /** Faults of keys that no field has. */
  others: { name: string; errors: string[] }[];
}

/** Stands for a secret that is kept; sent back it means "as it was". */
export const HIDDEN = "********";

const ITS_OWN = "Further settings";
const UNDEFINED = "Further secrets";
/** They have controls of their own beside the fields. */
const WHOLE = "connector.class";
const ELSEWHERE = new Set(["name", WHOLE]);

/**
 * `before` is the config that is being changed: each secret that it hides has a field. `offered` are
 * plugins' names by the key that takes one, for keys of which the service recommends nothing.
 */
export function fieldsOf(
  validation: ValidationBody,
  config: Config,
  before: Config = {},
  offered: Record<string, string[]> = {},
): Fields {
  const main: Field[] = [];
  const groups = new Map<string, Field[]>();
  const others: Fields["others"] = [];
  for (const { definition, value } of validation.configs) {
    if (value.name === WHOLE && value.errors.length > 0) {
      others.push({ name: WHOLE, errors: value.errors });
    }
    if (ELSEWHERE.has(value.name)) continue;
    if (!definition) {
      others.push({ name: value.name, errors: value.errors });
      continue;
    }
    // What is written is shown, whether it counts or not.
    if (!value.visible && value.errors.length === 0 && !(value.name in config)) continue;
    const field: Field = {
      definition,
      value: config[value.name] ?? "",
      placeholder: definition.default_value ?? "",
      choices: choicesOf(definition, value.recommended_values, offered[value.name]),
      offers: value.recommended_values.length > 0 || value.name in offered,
      errors: value.errors,
    };
    if (isMain(definition)) main.push(field);
    else {
      const group = definition.group ?? ITS_OWN;
      groups.set(group, [...(groups.get(group) ?? []), field]);
    }
  }
  const secrets = undefinedSecrets(validation, config, before);
  if (secrets.length > 0) groups.set(UNDEFINED, secrets);
  const shown = new Set(secrets.map(({ definition }) => definition.name));
  return {
    main: main.toSorted((a, b) => rank(a.definition) - rank(b.definition)),
    groups: [...groups].map(([name, fields]) => ({ name, fields })),
    others: others.filter(({ name }) => !shown.has(name)),
  };
}

function choicesOf({ type }: Definition, recommended: string[], offered: string[] = []): string[] {
  if (type === "BOOLEAN") return ["true", "false"];
  return recommended.length > 0 ? recommended : offered;
}

/** Converters by the key that names one. */
export function converterNames(plugins: { name: string; kind: string }[]): Record<string, string[]> {
  const of = (wanted: string) =>
    plugins.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  const converters = of("converter");
  return {
    "key.converter": converters,
    "value.converter": converters,
    "header.converter": of("header_converter"),
  };
}

/** What keys may say for which Kafka's answers, and so the service's, recommend nothing. */
export const WORDS: Record<string, string[]> = {
  "errors.tolerance": ["none", "all"],
  "exactly.once.support": ["requested", "required"],
  "transaction.boundary": ["poll", "interval", "connector"],
};

const OF_TOPICS = ["topics", "topic", "source.topics", "errors.deadletterqueue.topic.name"];

/** Topics that there are, by the key that names some. */
export function topicNames(
  topics: { topic_name: string; is_internal: boolean }[],
): Record<string, string[]> {
  const names = topics.filter((topic) => !topic.is_internal).map((topic) => topic.topic_name);
  return Object.fromEntries(OF_TOPICS.map((key) => [key, names]));
}

/** A list of texts as people write it, by commas. */
export function partsOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/**
 * `config` as it can be judged and tried before it has a name, which has a field and a word of its
 * own: what does not go together is looked at once nothing is missing.
 */
export function named(config: Config): Config {
  return { name: "unnamed", ...config };
}

/** `config` as the start of another connector: without what is this one's alone. */
export function asNew({ name: _, ...config }: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== HIDDEN));
}

/** The connector's plugin that `config` names, by its short name or one of Kafka's. */
export function pluginOf<Plugin extends { name: string; kind: string; aliases: string[] }>(
  plugins: Plugin[],
  config: Config,
): Plugin | undefined {
  const named = config[WHOLE] ?? "";
  return plugins
    .filter(({ kind }) => kind === "source" || kind === "sink")
    .find(({ name, aliases }) => name === named || aliases.includes(named));
}

/** Secrets under names that the plugin takes and does not define, as those of HTTP headers. */
function undefinedSecrets(validation: ValidationBody, config: Config, before: Config): Field[] {
  const entries = new Map(validation.configs.map((entry) => [entry.value.name, entry]));
  return Object.keys(before)
    .filter((name) => before[name] === HIDDEN && !entries.get(name)?.definition)
    .map((name) => ({
      definition: secretNamed(name),
      value: config[name] ?? "",
      placeholder: "",
      choices: [],
      offers: false,
      errors: entries.get(name)?.value.errors ?? [],
    }));
}

function secretNamed(name: string): Definition {
  return {
    name,
    display_name: name,
    type: "PASSWORD",
    documentation: `${HIDDEN} leaves it as it is.`,
    required: false,
    default_value: null,
    importance: "MEDIUM",
    group: UNDEFINED,
    width: "NONE",
    dependents: [],
    order: 0,
  };
}

/** What is shown at a field: nothing before somebody has been at it, unless all are `judged`. */
export function shownErrors({ value, errors }: Field, judged: boolean): string[] {
  return judged || value !== "" ? errors : [];
}

/** How records are written is what goes wrong first, and by Kafka of low importance. */
const FORMAT = /^(key|value)\.converter(\.schemas\.enable)?$/;
const OF_CONVERTERS = /^(key|value)\.converter(\.|$)/;
const READ = new Set(["topics", "topics.regex"]);

/** A form goes from what a sink reads by what is the plugin's own to how records are written. */
function rank({ name }: Definition): number {
  if (READ.has(name)) return 0;
  if (OF_CONVERTERS.test(name)) return 2;
  return name === "tasks.max" ? 3 : 1;
}

/** Whether a text has lines of its own, or is too long for one. */
export function hasLines({ name, type, default_value: preset }: Definition): boolean {
  return type === "STRING" && (/\.(ca|certificate|pem)$/.test(name) || (preset ?? "").length > 50);
}

function isMain({ name, required, importance }: Definition): boolean {
  return required || importance === "HIGH" || FORMAT.test(name);
}

/** `config` with one key written, or left out when the text is empty. */
export function withKey(config: Config, name: string, text: string): Config {
  const { [name]: _, ...rest } = config;
  return text === "" ? rest : { ...rest, [name]: text };
}

export function toJson(config: Config): string {
  return JSON.stringify(config, null, 2);
}

/** The config that `text` writes, or why it is none. Numbers and booleans become texts, as in REST. */
export function fromJson(text: string): Config | string {
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    return error instanceof Error ? error.message : "This is not JSON.";
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return "A config is a JSON object.";
  }
  const config: Config = {};
  for (const [name, value] of Object.entries(unwrapped(parsed))) {
    if (value === null) continue;
    if (typeof value === "object") return `The value of ${name} must be a text.`;
    config[name] = String(value);
  }
  return config;
}

/** What `POST /connectors` takes is `{name, config}`, and that is what people have at hand. */
function unwrapped(parsed: object): object {
  const { name, config, ...rest } = parsed as Record<string, unknown>;
  const others = Object.keys(rest).filter((each) => each !== "initial_state");
  if (typeof config !== "object" || config === null || Array.isArray(config)) return parsed;
  if (others.length > 0) return parsed;
  return typeof name === "string" ? { name, ...config } : config;
}

/** A name that the service would take, or why not. */
export function problemOfName(name: string): string | null {
  if (name === "") return "Give it a name.";
  if (name !== name.trim()) return "No space at its ends.";
  return name.length > 200 ? "At most 200 characters." : null;
}
