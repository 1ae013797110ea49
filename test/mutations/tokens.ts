/** Mutations of src/credentials/: the form of secrets that the server issues. */
import type { Mutation } from "./mutation.ts";

export const TOKENS: readonly Mutation[] = [
  {
    against: ["threat 13", "threat 51"],
    what: "the prefix of a credential is not compared",
    in: "credentials",
    within: "parseCredential",
    match: "!$TEXT.startsWith($PREFIX)",
    replace: "!/^t[a-z]{2}_/.test($TEXT)",
    tests: ["credentials/credential.test.ts"],
  },
  {
    against: ["threat 51", "threat 13"],
    what: "codes and device codes have one prefix",
    in: "credentials",
    within: "CREDENTIAL_PREFIXES",
    match: { entry: "device_code: $PREFIX" },
    replace: `device_code: "tac_"`,
    tests: ["credentials/credential.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "a credential may be longer than it was",
    in: "credentials",
    within: "parseCredential",
    match: "$TEXT.slice($PREFIX.length)",
    replace: "$TEXT.slice($PREFIX.length, $PREFIX.length + 64)",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "the prefix of a credential is compared without regard to case",
    in: "credentials",
    within: "parseCredential",
    match: "$TEXT.startsWith($PREFIX)",
    replace: "$TEXT.toLowerCase().startsWith($PREFIX)",
    tests: ["adversary/44-malleable.test.ts"],
  },
  {
    against: ["threat 44"],
    what: "secrets are not compared",
    in: "credentials",
    within: "secretMatches",
    match: "sameBytes($COMPUTED, $DIGEST)",
    replace: "true",
    tests: ["adversary/44-malleable.test.ts"],
  },
];
