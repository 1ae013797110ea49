import { expect, test } from "bun:test";
import { canonicalJson, portableValue, type Row, RowDigest } from "../../../src/store/transfer/rows.ts";

function digestOf(...rows: Row[]): string {
  const digest = new RowDigest("a table");
  for (const row of rows) digest.add(row);
  return digest.result().digest;
}

test("rows that differ have different digests, however alike they would be written", () => {
  const rows: Row[][] = [
    [],
    [[null]],
    [[""]],
    [["-"]],
    [[0]],
    [["0"]],
    [["i0;"]],
    [["ab", "c"]],
    [["a", "bc"]],
    [["t1:a"]],
    [["at", "b"]],
    [["a", "tb"]],
    [["a", null]],
    [["a"], [null]],
    [[null], ["a"]],
    [["00"]],
    [[new Uint8Array([0])]],
    [[new Uint8Array([])]],
    [["\u00e4"]],
    [["a\u0308"]],
    [["a\n"], ["b"]],
    [["a"], ["\nb"]],
  ];
  expect(new Set(rows.map((each) => digestOf(...each))).size).toBe(rows.length);
});

test("a digest is that of its rows alone, however many are gathered before they are hashed", () => {
  const many = Array.from({ length: 5000 }, (_, index): Row => [index, "x".repeat(40)]);
  expect(digestOf(...many)).toBe(digestOf(...many));
  expect(digestOf(...many)).not.toBe(digestOf(...many.with(0, [0, "y".repeat(40)])));
  expect(digestOf(...many)).not.toBe(digestOf(...many.slice(1)));
  const digest = new RowDigest("a table");
  for (const row of many) digest.add(row);
  expect(digest.result()).toMatchObject({ table: "a table", rows: 5000 });
});

test("JSON is the same whatever the order of its members, and not of its items", () => {
  expect(canonicalJson('{"b": [{"d":1,"c":null}], "a":"ä"}')).toBe('{"a":"ä","b":[{"c":null,"d":1}]}');
  expect(canonicalJson("[2,1]")).toBe("[2,1]");
});

test("a value that is not of its column's kind is refused rather than copied", () => {
  expect(portableValue("boolean", true)).toBe(1);
  expect(portableValue("boolean", 0)).toBe(0);
  expect(portableValue("text", null)).toBeNull();
  expect(() => portableValue("integer", "12")).toThrow("kind integer holds a string");
  expect(() => portableValue("bytes", "00")).toThrow("kind bytes holds a string");
  expect(() => portableValue("text", undefined)).toThrow("kind text holds a undefined");
});
