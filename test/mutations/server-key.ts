/** Mutations of the rotation of the server's own key: src/operations/server-key.ts, src/platform/keys.ts. */
import type { Mutation } from "./mutation.ts";

const SUITE = "store/sqlite.test.ts";
const ONLY = "the rotation of the server's own secret";

export const SERVER_KEY: readonly Mutation[] = [
  {
    against: ["threat 58"],
    what: "a rotation throws the former key away",
    in: "operations/server-key.ts",
    within: "rotateServerKey",
    match: "insert(serverKeyTable, retired)",
    replace: "",
    tests: [SUITE],
    only: ONLY,
  },
  {
    against: ["threat 58"],
    what: "a rotation goes ahead although the configuration lacks the former key",
    in: "operations/server-key.ts",
    within: "rotateServerKey",
    match: "formerSecret(key, configuration);",
    replace: ";",
    tests: [SUITE],
    only: ONLY,
  },
  {
    against: ["threat 58"],
    what: "a former key goes while recovery codes need it",
    in: "operations/server-key.ts",
    within: "findFormerNeeds",
    match: 'needs.push("recovery_codes")',
    replace: "undefined",
    tests: [SUITE],
    only: ONLY,
  },
  {
    against: ["threat 58"],
    what: "applications know people by other names after a rotation",
    in: "platform/keys.ts",
    within: "serverKeys",
    match: "LASTING.has(purpose)",
    replace: "false",
    tests: [SUITE],
    only: ONLY,
  },
];
