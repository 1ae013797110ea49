/** docs/guarantees.md names a test for each promise: every one of these tests exists. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const docs = join(import.meta.dir, "../docs");
const rows = readFileSync(join(docs, "guarantees.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| [A-Z]/.test(line))
  .map((line) => line.split(" | "));

/** Each linked file, with the quoted title after it. */
const proofs = rows.flatMap(([promise = "", proof = ""]) =>
  [...proof.matchAll(/\]\(([^)]+)\)([^[]*)/g)].map(([, file = "", words = ""]) => ({
    promise,
    file,
    names: [...words.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
  })),
);

test("every promise has a proof", () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter(([, proof = ""]) => !proof.includes("../test/")).map(([promise]) => promise)).toEqual(
    [],
  );
});

test("every test that is named exists", () => {
  const missing = proofs.flatMap(({ file, names }) => {
    const source = readFileSync(join(docs, file), "utf8");
    return names.filter((name) => !source.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
  expect(proofs.flatMap(({ names }) => names).length).toBeGreaterThan(30);
});
