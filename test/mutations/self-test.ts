/** Mutations of the self-test: src/operations/self-test.ts. */
import type { Mutation } from "./mutation.ts";

const OPERATION = "operations/self-test.ts";

export const SELF_TEST: readonly Mutation[] = [
  {
    against: ["threat 43"],
    what: "any stranger learns how requests arrive",
    in: OPERATION,
    within: "acceptQuestion",
    match: "if (!sameText($$$ANY)) return false",
    replace: ";",
    tests: ["endpoints/self-test.test.ts"],
  },
  {
    against: ["threat 43"],
    what: "a question counts more than once",
    in: OPERATION,
    within: "acceptQuestion",
    match: 'outcome === "committed"',
    replace: "true",
    tests: ["endpoints/self-test.test.ts"],
  },
  {
    against: ["threat 43"],
    what: "an old question counts",
    in: OPERATION,
    within: "acceptQuestion",
    match: "!(expiresAt > now)",
    replace: "false",
    tests: ["endpoints/self-test.test.ts"],
  },
  {
    against: ["threat 43"],
    what: "another server passes for this one",
    in: OPERATION,
    within: "readAnswer",
    match: "sameText($$$ANY)",
    replace: "true",
    tests: ["endpoints/self-test.test.ts"],
  },
];
