import { describe, expect, it } from "vitest";

import { parseJson, parseWrittenJson, stringifyJson, WrittenNumber } from "./json";

describe("JSON with whole numbers", () => {
  it.each([
    "9007199254740993",
    "-9223372036854775808",
    '{"id":1234567890123456789,"n":[18446744073709551615,1.5,-3]}',
    '{"18446744073709551615":"18446744073709551615 \\" 12345678901234567890"}',
  ])("comes back as it was: %s", (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it.each([
    "1.12345678901234567",
    "12345678901234567.5",
    "1e21",
    "12345678901234567e2",
    "-0.00000000000000001",
    '["1234567890123456789", 1699999999999]',
  ])("leaves to JSON.parse what is no long whole number: %s", (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it.each(["01234567890123456789", "{", "", "1234567890123456789 1"])("refuses %j", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it("is not fooled by backslashes and quotes around digits", () => {
    const value = { 'a"\\': '\\"1234567890123456789', b: "\\" };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  it.each([
    "4.50",
    "-0",
    "1e3",
    "12345678901234567.5",
    '{"a":1.0,"b":[1E+2,0.10,7,-3.25,9007199254740993],"c":"4.50 1e3"}',
    '{"4.50":"\\"1.0"}',
  ])("comes back as it was written: %s", (text) => {
    expect(stringifyJson(parseWrittenJson(text))).toBe(text);
  });

  it("keeps aside only what would not come back", () => {
    expect(parseWrittenJson("[4.5,4.50,12345678901234567]")).toEqual([
      4.5,
      new WrittenNumber("4.50"),
      12345678901234567n,
    ]);
  });

  it.each(["01", "1.", ".5", "+1", "1e", "4.50 4.50", "{4.50:1}", "--0", "1.2.3", "0x1.0"])(
    "refuses %j as written, too",
    (text) => {
      expect(() => parseWrittenJson(text)).toThrow(SyntaxError);
    },
  );

  it("indents", () => {
    expect(stringifyJson({ a: 1234567890123456789n }, 2)).toBe('{\n  "a": 1234567890123456789\n}');
  });
});
