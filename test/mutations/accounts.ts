/** Mutations of src/accounts/: the passwords of people, and the cookie of a session. */
import type { Mutation } from "./mutation.ts";

export const ACCOUNTS: readonly Mutation[] = [
  {
    against: ["threat 34"],
    what: "for an unknown person no password is hashed",
    in: "accounts",
    match: "const $KNOWN = $HASH ?? DECOY",
    replace: "if ($HASH === null) return false;\n        const $KNOWN = $HASH;",
    tests: ["adversary/34-timing.test.ts"],
    only: "of a sign-in",
  },
  {
    against: ["threat 47"],
    what: "a hash that nobody can check lets in",
    in: "accounts",
    match: "Bun.password.verify($$$PASSWORD)",
    replace: "$&.catch(() => true)",
    tests: ["adversary/47-fails-closed.test.ts"],
  },
  {
    against: ["threat 41"],
    what: "any number of passwords is hashed at once",
    in: "accounts",
    within: "createPool",
    match: "running >= atOnce",
    replace: "false",
    tests: ["adversary/41-password-flood.test.ts"],
  },
  {
    against: ["threat 41"],
    what: "any number of passwords may wait",
    in: "accounts",
    match: "throw new PasswordPoolBusy()",
    replace: ";",
    tests: ["adversary/41-password-flood.test.ts"],
  },
  {
    against: ["threat 41"],
    what: "long passwords are hashed as they are",
    in: "accounts",
    match: "tooLong($PASSWORD) ? $DECOY : $NORMAL",
    replace: "$NORMAL",
    tests: ["adversary/41-password-flood.test.ts"],
  },
  {
    against: ["threat 32"],
    what: "the session that a browser had stays when somebody signs in",
    in: "pages/login.tsx",
    match: "$BEFORE?.session.id ?? null",
    replace: "null",
    tests: ["pages/sign-in.test.ts", "adversary/28-approval.test.ts"],
  },
  {
    against: ["threat 32"],
    what: "the cookie is open to scripts and to neighbours",
    in: "accounts",
    match: `$SECURE ? "__Host-tessera" : "tessera"`,
    replace: `"tessera"`,
    also: [{ in: "accounts", match: { entry: "httpOnly: true" }, replace: "" }],
    tests: ["pages/sign-in.test.ts"],
  },
];
