/** Mutations of signing in on a device by approving it on another. */
import type { Mutation } from "./mutation.ts";

const PAGE = "pages/other-device.tsx";
const RULE = "rules/sign-in-approval.ts";
const tests = ["pages/other-device.test.ts"] as const;

export const OTHER_DEVICE: readonly Mutation[] = [
  {
    against: ["threat 26"],
    what: "a link alone approves a sign-in on another device",
    in: PAGE,
    within: "checkNumber",
    match: "!sameText($TYPED, numberOf($$$ARGS))",
    replace: "false",
    tests,
  },
  {
    against: ["threat 41"],
    what: "codes for other devices are drawn without a limit",
    in: PAGE,
    within: "countCode",
    match: "otherDeviceCodePerAddress.attempt(address)",
    replace: "0",
    tests,
    only: "drawn only so often",
  },
  {
    against: ["threat 33"],
    what: "guesses at the number of another device are not limited",
    in: PAGE,
    within: "checkNumber",
    match: "userCodePerAccount.attempt($SUBJECT)",
    replace: "0",
    tests,
  },
  {
    against: ["threat 32"],
    what: "an approved sign-in is good in every browser",
    in: PAGE,
    within: "stateOf",
    match: "!isOfThisBrowser($$$ARGS)",
    replace: "false",
    tests,
  },
  {
    against: ["threat 26"],
    what: "a question of another device may be made up",
    in: PAGE,
    within: "unseal",
    match: "!sameText($MAC, macOf($$$ARGS))",
    replace: "false",
    tests,
  },
  {
    against: ["threat 83"],
    what: "an approval signs in twice",
    in: RULE,
    within: "useApproval",
    match: "update($TABLE, { id: $ID }, { usedAt: null }, $SET)",
    replace: "update($TABLE, { id: $ID }, {}, $SET)",
    tests,
  },
  {
    against: ["threat 83"],
    what: "an approval outlives a new password",
    in: RULE,
    within: "useApproval",
    match: "$APPROVAL.accountRevision !== $ACCOUNT.revision",
    replace: "false",
    tests,
  },
  {
    against: ["threat 26"],
    what: "a question of another device is answered twice",
    in: RULE,
    within: "answerSignIn",
    match: "$EXPIRES <= $NOW || $APPROVAL !== null",
    replace: "$EXPIRES <= $NOW",
    tests,
  },
];
