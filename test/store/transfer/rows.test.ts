/** The digest that tells two tables apart. */
import { expect, test } from "bun:test";
import { json, orNull, table, text } from "../../../src/store/declare.ts";
import { RowDigest, type StoredRow } from "../../../src/store/transfer/rows.ts";

/** The digest depends on the values; here any column may hold any of them. */
const things = table("things", { columns: { id: orNull(text()), more: orNull(text()) } });

type Values = readonly [one: unknown, other?: unknown];

function digestOf(...rows: Values[]): string {
  const digest = new RowDigest(things);
  for (const [id, more = null] of rows) digest.add({ id, more });
  return digest.result().digest;
}

test("rows that differ have different digests, however alike they would be written", () => {
  const rows: Values[][] = [
    [],
    [[null]],
    [[""]],
    [["-"]],
    [[0]],
    [["0"]],
    [["i0;"]],
    [[true]],
    [[false]],
    [["1"]],
    [["ab", "c"]],
    [["a", "bc"]],
    [["t1:a"]],
    [["at", "b"]],
    [["a", "tb"]],
    [["a", "-"]],
    [[null, "a"]],
    [["a"], [null]],
    [[null], ["a"]],
    [["00"]],
    [[new Uint8Array([0])]],
    [[new Uint8Array([])]],
    [["\u00e4"]],
    [["a\u0308"]],
    [["a\n"], ["b"]],
    [["a"], ["\nb"]],
    [[["a"]]],
    [[["a", "b"]]],
    [[["a b"]]],
    [[[]]],
  ];
  expect(new Set(rows.map((each) => digestOf(...each))).size).toBe(rows.length);
});

test("a digest is that of its rows alone, however many are gathered before they are hashed", () => {
  const many = Array.from({ length: 5000 }, (_, index): Values => [index, "x".repeat(40)]);
  expect(digestOf(...many)).toBe(digestOf(...many));
  expect(digestOf(...many)).not.toBe(digestOf(...many.with(0, [0, "y".repeat(40)])));
  expect(digestOf(...many)).not.toBe(digestOf(...many.slice(1)));
  expect(digestOf(...many)).not.toBe(digestOf(...many.toReversed()));
  const digest = new RowDigest(things);
  for (const [id, more] of many) digest.add({ id, more });
  expect(digest.result()).toMatchObject({ table: "things", rows: 5000 });
});

test("a value that JSON cannot write counts in the form in which it is stored", () => {
  const codec = {
    encode: (values: ReadonlySet<string>) => [...values],
    decode: (stored: unknown) => new Set(stored as string[]),
  };
  const sets = table("sets", { columns: { id: json(codec) } });
  const digestOfSet = (...values: string[]): string => {
    const row: StoredRow = { id: new Set(values) };
    const digest = new RowDigest(sets);
    digest.add(row);
    return digest.result().digest;
  };
  expect(digestOfSet("a", "b")).toBe(digestOfSet("a", "b"));
  expect(digestOfSet("a", "b")).not.toBe(digestOfSet("a", "c"));
  expect(digestOfSet()).not.toBe(digestOfSet("a"));
});
