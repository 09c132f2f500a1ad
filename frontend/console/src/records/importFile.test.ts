import { describe, expect, it } from "vitest";

import { jsonLine } from "./exchange";
import { csvColumns, csvEntry, CsvSplitter, guessFormat, guessMeaning, jsonEntry } from "./importFile";
import { stringifyJson } from "./json";
import { fromRest } from "./record";

const rows = (text: string, pieces = 1) => {
  const splitter = new CsvSplitter(",");
  const size = Math.ceil(text.length / pieces);
  const cut = Array.from({ length: pieces }, (_, at) => text.slice(at * size, (at + 1) * size));
  return [...cut.flatMap((piece) => [...splitter.feed(piece)]), ...splitter.finish()];
};

describe("lines of JSON", () => {
  it("reads back what a download wrote", () => {
    const value = { type: "JSON", data: { a: 1 } };
    const headers = [{ name: "h", value: "/w==" }];
    const key = { type: "STRING", data: "k" };
    const sent = { partition_id: 1, offset: 7, timestamp: 5, key, value, headers };
    expect(jsonEntry(4, jsonLine("t", fromRest(sent)), "records")).toEqual({
      line: 4,
      record: { partition_id: 1, timestamp: 5, key, value, headers },
    });
  });

  it("keeps numbers as they were written", () => {
    const line = '{"key":"k","value":{"price":4.50},"partition":1.0,"timestamp":5.0}';
    expect(stringifyJson(jsonEntry(1, line, "records"))).toBe(
      '{"line":1,"record":{"partition_id":1,"timestamp":5,' +
        '"key":{"type":"STRING","data":"k"},"value":{"type":"JSON","data":{"price":4.50}}}}',
    );
  });

  it("takes lines for values unless they are certainly records", () => {
    const data = { timestamp: 5, value: 3 };
    expect(guessMeaning(JSON.stringify(data))).toBe("values");
    expect(guessMeaning('{"key": "a", "value": 3}')).toBe("records");
    expect(jsonEntry(1, JSON.stringify(data), "values")).toEqual({
      line: 1,
      record: { value: { type: "JSON", data } },
    });
  });

  it("leaves nulls out and lets the service set the time that a record had none of", () => {
    expect(jsonEntry(1, '{"key": null, "value": null, "timestamp": -1}', "records")).toEqual({
      line: 1,
      record: {},
    });
  });

  it.each([
    ["{", /not JSON/],
    ['{"value": 1, "partition": -1}', /partition/],
    ['{"value": 1, "headers": [["a"], 3]}', /header/],
    ['{"value": 1, "kye": 1}', /kye/],
    ["[1]", /object/],
  ])("says what is wrong with %s", (text, words) => {
    expect(jsonEntry(9, text, "records")).toEqual({ line: 9, problem: expect.stringMatching(words) });
  });
});

describe("CSV", () => {
  it.each([1, 2, 5, 40])("splits rows whatever the pieces are (%i)", (pieces) => {
    const text = 'key,value\r\na,"one, ""two""\nthree"\n\nb,\n';
    expect(rows(text, pieces)).toEqual([
      { line: 1, cells: ["key", "value"] },
      { line: 2, cells: ["a", 'one, "two"\nthree'] },
      { line: 5, cells: ["b", ""] },
    ]);
  });

  it("keeps a last row without a line break", () => {
    expect(rows("a,b\n1,2").at(-1)).toEqual({ line: 2, cells: ["1", "2"] });
  });

  it("makes records of named columns", () => {
    const columns = csvColumns(["partition", "key", "value", "timestamp", "header.h"]);
    expect(csvEntry(2, columns, ["1", "k", '{"a":1}', "2026-01-31T12:00:00Z", "x"], null)).toEqual({
      line: 2,
      record: {
        partition_id: 1,
        key: { type: "STRING", data: "k" },
        value: { type: "JSON", data: { a: 1 } },
        timestamp: "2026-01-31T12:00:00Z",
        headers: [{ name: "h", value: "eA==" }],
      },
    });
  });

  it("makes an object of any other columns, with one of them as the key", () => {
    const columns = csvColumns(["id", "city"]);
    expect(csvEntry(3, columns, ["7", "Bern"], "id")).toEqual({
      line: 3,
      record: {
        key: { type: "STRING", data: "7" },
        value: { type: "JSON", data: { id: "7", city: "Bern" } },
      },
    });
  });

  it("names a row that is too short", () => {
    expect(csvEntry(3, csvColumns(["a", "b"]), ["1"], null)).toMatchObject({
      problem: expect.stringContaining("1 cells"),
    });
  });
});

it.each([
  ["x.csv", "{", "csv"],
  ["x.ndjson", "a,b", "jsonl"],
  ["x", '{"a": 1}', "jsonl"],
  ["x.txt", "a,b", "csv"],
])("guesses what %s is", (name, first, format) => {
  expect(guessFormat(name, first)).toBe(format);
});
