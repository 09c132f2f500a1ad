import { describe, expect, it } from "vitest";

import type { ValidationBody } from "../api/hooks/connectors";
import {
  asNew,
  converterNames,
  fieldsOf,
  fromJson,
  hasLines,
  HIDDEN,
  named,
  partsOf,
  pluginOf,
  problemOfName,
  shownErrors,
  toJson,
  topicNames,
  withKey,
  type Definition,
} from "./config";

const DEFINITION: Definition = {
  name: "topic",
  type: "STRING",
  required: true,
  default_value: null,
  importance: "HIGH",
  documentation: "Where to.",
  group: null,
  width: "NONE",
  display_name: "Topic",
  dependents: [],
  order: 1,
};

function validation(...given: Partial<Definition & { errors: string[]; visible: boolean }>[]) {
  const configs = given.map(({ errors = [], visible = true, ...rest }) => {
    const definition = { ...DEFINITION, ...rest };
    const value = {
      name: definition.name,
      value: null,
      recommended_values: [],
      errors,
      visible,
    };
    return { definition, value };
  });
  return { name: "x", error_count: 0, groups: [], configs } as ValidationBody;
}

describe("fields of a config", () => {
  it("puts what must be given in front and the rest into its groups", () => {
    const found = fieldsOf(
      validation(
        {},
        { name: "errors.tolerance", required: false, importance: "MEDIUM", group: "Error Handling" },
        { name: "batch.size", required: false, importance: "LOW" },
      ),
      { topic: "t" },
    );
    expect(found.main.map(({ definition, value }) => [definition.name, value])).toEqual([
      ["topic", "t"],
    ]);
    expect(found.groups.map(({ name }) => name)).toEqual(["Error Handling", "Further settings"]);
  });

  it("goes from what is read by what is the plugin's own to how records are written", () => {
    const names = ["tasks.max", "key.converter", "topics", "file"];
    const found = fieldsOf(validation(...names.map((name) => ({ name }))), {});
    const order = found.main.map(({ definition }) => definition.name);
    expect(order).toEqual(["topics", "file", "key.converter", "tasks.max"]);
  });

  it("knows which texts have lines", () => {
    expect(hasLines({ ...DEFINITION, name: "connection.ssl.ca" })).toBe(true);
    expect(hasLines({ ...DEFINITION, default_value: "{".repeat(60) })).toBe(true);
    expect(hasLines(DEFINITION)).toBe(false);
    expect(hasLines({ ...DEFINITION, name: "a.pem", type: "PASSWORD" })).toBe(false);
  });

  it("puts how records are written in front, and settings of a converter that is chosen", () => {
    const low = { required: false, importance: "LOW" } as const;
    const names = ["value.converter", "value.converter.schemas.enable", "header.converter"];
    const found = fieldsOf(validation(...names.map((name) => ({ ...low, name }))), {});
    expect(found.main.map(({ definition }) => definition.name)).toEqual(names.slice(0, 2));
  });

  it("leaves out what does not apply, unless something is wrong with it", () => {
    const hidden = { required: false, visible: false };
    const found = fieldsOf(
      validation({ ...hidden, name: "a" }, { ...hidden, name: "b", errors: ["wrong"] }),
      {},
    );
    expect(found.main.map(({ definition }) => definition.name)).toEqual(["b"]);
  });

  it("shows what is written although it does not apply", () => {
    const hidden = validation({ name: "a", required: false, visible: false });
    expect(fieldsOf(hidden, {}).main).toEqual([]);
    expect(fieldsOf(hidden, { a: "1" }).main.map(({ value }) => value)).toEqual(["1"]);
  });

  it("names the faults of the config as a whole, which no field has", () => {
    const answer = validation({ name: "name", errors: ["missing"] }, { name: "connector.class" });
    expect(fieldsOf(answer, {}).others).toEqual([]);
    answer.configs[1]!.value.errors = ["it does not go together"];
    const { main, others } = fieldsOf(answer, {});
    expect(main).toEqual([]);
    expect(others).toEqual([{ name: "connector.class", errors: ["it does not go together"] }]);
  });

  it("offers converters where the service recommends nothing", () => {
    const offered = converterNames([
      { name: "avro", kind: "converter" },
      { name: "simple", kind: "header_converter" },
      { name: "Filter", kind: "transformation" },
    ]);
    const answer = validation({ name: "key.converter" }, { name: "header.converter" });
    const choices = () => fieldsOf(answer, {}, {}, offered).main.map((field) => field.choices);
    expect(choices()).toEqual([["simple"], ["avro"]]);
    answer.configs[0]!.value.recommended_values = ["json"];
    expect(choices()).toEqual([["simple"], ["json"]]);
  });

  it("offers the topics that there are", () => {
    const topics = [
      { topic_name: "orders", is_internal: false },
      { topic_name: "__consumer_offsets", is_internal: true },
    ];
    const answer = validation({ name: "topics", type: "LIST" }, { name: "file" });
    const found = fieldsOf(answer, {}, {}, topicNames(topics)).main;
    expect(found.map(({ choices, offers }) => [choices, offers])).toEqual([
      [["orders"], true],
      [[], false],
    ]);
    // The control stays the same while they are read, with what somebody types into it.
    expect(fieldsOf(answer, {}, {}, topicNames([])).main[0]?.offers).toBe(true);
  });

  it("names the faults of keys that are not defined", () => {
    const answer = validation({});
    answer.configs.push({
      definition: null as never,
      value: { name: "tpoic", value: "t", recommended_values: [], errors: ["no"], visible: true },
    });
    expect(fieldsOf(answer, {}).others).toEqual([{ name: "tpoic", errors: ["no"] }]);
  });

  const TOKEN = "headers.X-Token";

  function withFaultOf(name: string, errors: string[]) {
    const answer = validation({});
    const value = { name, value: HIDDEN, recommended_values: [], errors, visible: true };
    answer.configs.push({ definition: null as never, value });
    return answer;
  }

  it("says what is wrong with a secret at its field, also where the key is not defined", () => {
    const before = { topic: "t", [TOKEN]: HIDDEN };
    const { groups, others } = fieldsOf(withFaultOf(TOKEN, ["give it again"]), before, before);
    const [field] = groups.flatMap(({ fields }) => fields);
    expect(field).toMatchObject({ value: HIDDEN, errors: ["give it again"] });
    expect(field?.definition).toMatchObject({ name: TOKEN, type: "PASSWORD" });
    expect(others).toEqual([]);
  });

  it("keeps the field of a secret while another is typed, and when it is emptied", () => {
    const before = { topic: "t", [TOKEN]: HIDDEN };
    for (const config of [{ ...before, [TOKEN]: "n" }, { topic: "t" } as Record<string, string>]) {
      const [field] = fieldsOf(validation({}), config, before).groups.flatMap((each) => each.fields);
      expect(field).toMatchObject({ value: config[TOKEN] ?? "", errors: [] });
    }
  });

  it("has one field for a secret that is defined, a converter's among them", () => {
    const name = "value.converter.basic.auth.user.info";
    const found = fieldsOf(
      validation({ name, type: "PASSWORD", required: false, importance: "LOW", errors: ["again"] }),
      { [name]: HIDDEN },
      { [name]: HIDDEN },
    );
    expect(found.groups.flatMap(({ fields }) => fields.map(({ errors }) => errors))).toEqual([
      ["again"],
    ]);
  });

  it("shows no fault of a field that nobody has been at, until all are judged", () => {
    const [empty] = fieldsOf(validation({ errors: ["missing"] }), {}).main;
    const [written] = fieldsOf(validation({ errors: ["wrong"] }), { topic: "!" }).main;
    expect(empty && shownErrors(empty, false)).toEqual([]);
    expect(empty && shownErrors(empty, true)).toEqual(["missing"]);
    expect(written && shownErrors(written, false)).toEqual(["wrong"]);
  });

  it("offers true and false for a boolean", () => {
    const found = fieldsOf(validation({ type: "BOOLEAN" }), {});
    expect(found.main[0]?.choices).toEqual(["true", "false"]);
  });
});

describe("a config as JSON", () => {
  it("comes back as it was written", () => {
    const config = { topic: "t", "tasks.max": "1" };
    expect(fromJson(toJson(config))).toEqual(config);
  });

  it("takes numbers and booleans for texts, and null for nothing", () => {
    expect(fromJson('{"a": 1, "b": true, "c": null}')).toEqual({ a: "1", b: "true" });
    expect(fromJson('{"seed": 9007199254740993}')).toEqual({ seed: "9007199254740993" });
  });

  it("is found in what REST takes to make a connector", () => {
    const config = { topic: "t" };
    expect(fromJson(toJson({ name: "n", config } as never))).toEqual({ name: "n", topic: "t" });
    expect(fromJson('{"config": {"topic": "t"}, "initial_state": "PAUSED"}')).toEqual(config);
    expect(typeof fromJson('{"config": {}, "topic": "t"}')).toBe("string");
  });

  it.each(["", "[]", "null", "3", '{"a": {}}', '{"a"'])("refuses %j", (text) => {
    expect(typeof fromJson(text)).toBe("string");
  });

  it("leaves a key out when its field is emptied", () => {
    expect(withKey({ a: "1", b: "2" }, "a", "")).toEqual({ b: "2" });
    expect(withKey({ b: "2" }, "a", "1")).toEqual({ a: "1", b: "2" });
  });
});

describe("another connector like one that is there", () => {
  it("begins without its name and its secrets", () => {
    const config = { name: "a", "connector.class": "jdbc-sink", "connection.password": HIDDEN };
    expect(asNew(config)).toEqual({ "connector.class": "jdbc-sink" });
  });

  it("is of the plugin that its config names, also by Kafka's name", () => {
    const plugins = [
      { name: "json", kind: "converter", aliases: [] },
      { name: "s3-sink", kind: "sink", aliases: ["io.confluent.connect.s3.S3SinkConnector"] },
    ];
    const named = (name: string) => pluginOf(plugins, { "connector.class": name })?.name;
    expect(named("s3-sink")).toBe("s3-sink");
    expect(named("io.confluent.connect.s3.S3SinkConnector")).toBe("s3-sink");
    expect([named("json"), named("")]).toEqual([undefined, undefined]);
  });
});

it("can be judged before it has a name", () => {
  expect(named({ topic: "t" })).toEqual({ name: "unnamed", topic: "t" });
  expect(named({ name: "n" })).toEqual({ name: "n" });
});

it("reads a list by its commas", () => {
  expect(partsOf(" a, b,,c ")).toEqual(["a", "b", "c"]);
  expect(partsOf("")).toEqual([]);
});

it("says what is wrong with a name", () => {
  expect(problemOfName("orders to s3")).toBeNull();
  for (const name of ["", " x", "x ", "x".repeat(201)]) expect(problemOfName(name)).not.toBeNull();
});
