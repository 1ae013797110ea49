/** Mutations of requests to people in the back channel (CIBA), beside those of the rules that they share with device codes. */
import type { Mutation } from "./mutation.ts";

export const BACKCHANNEL: readonly Mutation[] = [
  {
    against: ["threat 25"],
    what: "a person may have the identifier of another one as user name",
    in: "accounts/people.ts",
    within: "usernameFault",
    match: "hasSubjectForm($USERNAME)",
    replace: "false",
    tests: ["protocol/names.test.ts"],
    only: "could be the identifier",
  },
  {
    against: ["threat 25"],
    what: "an application that names a person by sub asks the one with that user name",
    in: "operations/backchannel-requests.ts",
    within: "findHinted",
    match: "hasSubjectForm($NAME)",
    replace: "false",
    tests: ["endpoints/backchannel.test.ts"],
    only: "whose sub it names",
  },
  {
    against: ["threat 37"],
    what: "a request to a person that was answered since a backup is open again after its restore",
    in: "store/sqlite/restore.ts",
    within: "UNDER_WAY",
    match: `"backchannel_requests"`,
    replace: "",
    tests: ["store/sqlite/restore.test.ts"],
    only: "used since",
  },
];
