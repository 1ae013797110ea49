/** Mutations of the console's pages about applications. */
import type { Mutation } from "./mutation.ts";

const TESTS: Mutation["tests"] = ["console/apps.test.ts"];

export const CONSOLE_APPS: readonly Mutation[] = [
  {
    against: ["threat 90"],
    what: "the page of one application ends the access of another",
    in: "console/apps/grants.tsx",
    match: 'if (grant.clientId !== client.clientId) throw new OAuthError("object_unknown")',
    replace: ";",
    tests: TESTS,
  },
  {
    against: ["threat 90"],
    what: "an old sign-in is good enough for a new secret",
    in: "console/apps/tab.tsx",
    within: "asConsoleAct",
    match: { entry: "recent" },
    replace: "recent: false",
    tests: TESTS,
  },
  {
    against: ["threat 90"],
    what: "an application is removed without its identifier",
    in: "console/removal.tsx",
    match: "throw new ConsoleFault(words.removeWrong)",
    replace: ";",
    tests: TESTS,
  },
  {
    against: ["threat 90"],
    what: "a form about an application overwrites a change made meanwhile",
    in: "console/apps/changes.ts",
    match: { entry: "revision: revisionOf(form)" },
    replace: "",
    tests: TESTS,
  },
];
