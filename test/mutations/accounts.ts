/** Mutations of src/accounts/: people, their passwords and their sessions. */
import type { Mutation } from "./mutation.ts";

const SIGN_IN = "accounts/sign-in.ts";
const PASSWORDS = "accounts/passwords.ts";
const SESSIONS = "accounts/sessions.ts";

export const ACCOUNTS: readonly Mutation[] = [
  {
    against: ["threat 33"],
    what: "wrong passwords are not counted by name",
    file: SIGN_IN,
    find: "const nameWait = limits.signInPerAccount.attempt(nameKey);",
    replace: "const nameWait = 0;",
    tests: ["accounts/sign-in.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "wrong passwords are not counted by address",
    file: SIGN_IN,
    find: "const addressWait = limits.signInPerAddress.attempt(address);",
    replace: "const addressWait = 0;",
    tests: ["accounts/sign-in.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "each spelling of a name has guesses of its own",
    file: SIGN_IN,
    find: "const nameKey = `name ${foldUsername(name)}`;",
    replace: "const nameKey = `name ${username}`;",
    tests: ["adversary/33-guesses.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "guesses are counted after the password was checked",
    file: SIGN_IN,
    find: "  const nameWait = limits.signInPerAccount.attempt(nameKey);",
    replace: `  await passwords.verify(password, null);
  const nameWait = limits.signInPerAccount.attempt(nameKey);`,
    tests: ["adversary/33-guesses.test.ts", "accounts/sign-in.test.ts"],
  },
  {
    against: ["threat 33"],
    what: "when a password is changed, guesses at the old one are not counted",
    file: "accounts/change-password.ts",
    find: "const check = await checkPassword(context, { username, password: current, address });",
    replace: `const check = (await context.passwords.verify(current, account.passwordHash))
    ? ({ outcome: "verified", account } as Awaited<ReturnType<typeof checkPassword>>)
    : ({ outcome: "refused" } as Awaited<ReturnType<typeof checkPassword>>);`,
    tests: ["accounts/sign-in.test.ts", "adversary/33-guesses.test.ts"],
  },
  {
    against: ["threat 19"],
    what: "a person who was disabled may sign in",
    file: SIGN_IN,
    find: "if (!matches || account === null || account.disabledAt !== null)",
    replace: "if (!matches || account === null)",
    also: [
      {
        file: "store/sqlite/tables/accounts.ts",
        find: `WHERE subject = ? AND password_hash IS ? AND disabled_at IS NULL",`,
        replace: `WHERE subject = ? AND password_hash IS ?",`,
      },
      {
        file: "store/sqlite/sessions.ts",
        find: "return account === null || account.disabledAt !== null ? null : { session, account };",
        replace: "return account === null ? null : { session, account };",
      },
    ],
    tests: ["endpoints/disabled.test.ts", "accounts/sign-in.test.ts", "pages/sign-in.test.ts"],
  },
  {
    against: ["threat 34"],
    what: "for an unknown person no password is hashed",
    file: PASSWORDS,
    find: "        const known = hash ?? DECOY;",
    replace: `        if (hash === null) return false;
        const known = hash;`,
    tests: ["adversary/34-timing.test.ts"],
    only: "of a sign-in",
  },
  {
    against: ["threat 47"],
    what: "a hash that nobody can check lets in",
    file: PASSWORDS,
    find: `          known,
        );`,
    replace: `          known,
        ).catch(() => true);`,
    tests: ["adversary/47-fails-closed.test.ts"],
  },
  {
    against: ["threat 41"],
    what: "any number of passwords is hashed at once",
    file: PASSWORDS,
    find: "if (running >= atOnce) {",
    replace: "if (running >= 1_000_000) {",
    tests: ["adversary/41-password-flood.test.ts"],
  },
  {
    against: ["threat 41"],
    what: "any number of passwords may wait",
    file: PASSWORDS,
    find: "if (queue.length >= waiting) throw new PasswordPoolBusy();",
    replace: "",
    tests: ["adversary/41-password-flood.test.ts"],
  },
  {
    against: ["threat 41"],
    what: "long passwords are hashed as they are",
    file: PASSWORDS,
    find: `tooLong(password) ? "too long" : password.normalize("NFKC"),`,
    replace: `password.normalize("NFKC"),`,
    tests: ["adversary/41-password-flood.test.ts"],
  },
  {
    against: ["threat 32"],
    what: "the session that a browser had stays when somebody signs in",
    file: "pages/login.tsx",
    find: "const started = await sessions.start(check.account, before?.session.id ?? null);",
    replace: "const started = await sessions.start(check.account, null);",
    also: [
      {
        file: "pages/login.tsx",
        find: "const before = await sessions.find(incoming.request);",
        replace: "",
      },
    ],
    tests: ["pages/sign-in.test.ts", "adversary/28-approval.test.ts"],
  },
  {
    against: ["threat 32", "threat 44"],
    what: "of a session's cookie only the identifier counts",
    file: SESSIONS,
    find: "if (found === null || !secretMatches(presented.secret, found.session.digest)) return null;",
    replace: "if (found === null) return null;",
    tests: ["adversary/28-approval.test.ts", "adversary/44-malleable.test.ts", "pages/sign-in.test.ts"],
  },
  {
    against: ["threat 32"],
    what: "the cookie is open to scripts and to neighbours",
    file: SESSIONS,
    find: `const name = secure ? "__Host-tessera" : "tessera";`,
    replace: `const name = "tessera";`,
    also: [
      {
        file: SESSIONS,
        find: `path: "/", httpOnly: true, sameSite: "Lax"`,
        replace: `path: "/", sameSite: "Lax"`,
      },
    ],
    tests: ["pages/sign-in.test.ts"],
  },
];
