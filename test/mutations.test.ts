/** Every mutation finds its place in the present source. `npm run mutate` applies them (test/mutations/). */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readProofs } from "../tools/conformance.ts";
import { applicableThreats, failedProofs } from "../tools/mutations.ts";
import { LEDGERS } from "./conformance/ledger/index.ts";
import { MUTATIONS } from "./mutations/index.ts";
import { applied, readSource } from "./mutations/place.ts";
import { readResults } from "./mutations/results.ts";

const source = readSource(join(import.meta.dir, "../src"));

describe.each(MUTATIONS.map((mutation) => [mutation.what, mutation] as const))(
  "taken out: %s",
  (_, mutation) => {
    test("it stands in the source, once, and something else stands there after", () => {
      const changed = applied(source, [mutation, ...(mutation.also ?? [])]);
      expect([...changed].filter(([file, text]) => text === source.text(file))).toEqual([]);
    });

    test("the tests that are to fail exist, and a run saw one fail", () => {
      expect(mutation.tests.filter((file) => !existsSync(join(import.meta.dir, file)))).toEqual([]);
      const found = readResults().find(({ what }) => what === mutation.what);
      expect(found?.failed ?? []).not.toEqual([]);
    });
  },
);

test("each has words of its own, and is against something that there is", () => {
  const words = MUTATIONS.map(({ what }) => what);
  expect(words.filter((what, index) => words.indexOf(what) !== index)).toEqual([]);
  const known = new Set(LEDGERS.flatMap(({ source, rows }) => rows.map(({ id }) => `${source} ${id}`)));
  expect(MUTATIONS.flatMap(({ against }) => against).filter((claim) => !known.has(claim))).toEqual([]);
});

test.each(applicableThreats())("%s has a mutation, and a test that claims it was seen to fail", (threat) => {
  const proofs = readProofs();
  const found = new Map(readResults().map((one) => [one.what, one]));
  const against = MUTATIONS.filter((mutation) => mutation.against.some((claim) => claim === threat));
  const failed = against.flatMap(({ what }) => {
    const result = found.get(what);
    return result === undefined ? [] : failedProofs(threat, result.failed, proofs);
  });
  expect(against.length).toBeGreaterThan(0);
  expect(failed).not.toEqual([]);
});
