/** `tessera user second-factor`, and what `tessera user show` tells of it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { SecretDigest } from "../../src/protocol/identifiers.ts";
import { touchAccount } from "../../src/rules/grant.ts";
import { insert, row } from "../../src/store/contract.ts";
import { recoveryCodes, totps } from "../../src/store/tables/sign-in.ts";
import { removeTemporaryFolders, serve, temporaryFolder, tessera } from "./support.ts";

const data = temporaryFolder();
let running: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  running = await serve(data);
});
afterAll(async () => {
  await running.stop();
  removeTemporaryFolders();
});

const user = (...args: string[]) => tessera(["user", ...args, "--data", data]);

const findTotp = async (subject: string) =>
  (await running.store.look({ totp: row(totps, { subject: "$subject" }) }, { subject })).totp;

async function addPersonWithApp(username: string) {
  await user("add", username, "--generate");
  const account = await running.store.findAccountByUsername(username);
  if (account === null) throw new Error("There is no such person.");
  const { subject } = account;
  const code = {
    digest: new Uint8Array(32).fill(username.length) as SecretDigest,
    subject,
    createdAt: 5,
    usedAt: null,
  };
  const totp = {
    subject,
    sealedSecret: new Uint8Array([1, 2]),
    lastStep: 0,
    drift: 0,
    createdAt: 1_700_000_000,
  };
  await running.store.commit({
    changes: [touchAccount(account, {}), insert(totps, totp), insert(recoveryCodes, code)],
  });
  return account;
}

test("shows what there is and never the secret; removes it for a person who lost it, and ends nothing else", async () => {
  const account = await addPersonWithApp("ada");
  expect((await user("show", "ada")).out).toMatch(/^second factor +an app \(1 recovery code left\)$/m);
  const shown = await user("second-factor", "show", "ada");
  expect(shown.out).toMatch(/^recovery codes +1 left$/m);
  const { out } = await user("second-factor", "show", "ada", "--json");
  expect(JSON.parse(out)).toEqual({
    username: "ada",
    app_since: "2023-11-14T22:13:20Z",
    recovery_codes: 1,
    passkeys: 0,
  });
  const removed = await user("second-factor", "remove", "ada");
  expect(removed).toMatchObject({ code: 0 });
  expect(removed.out).toBe(
    "Removed the second factor of ada. Their password signs them in, until they set up a new one.\n",
  );
  expect(await findTotp(account.subject)).toBeNull();
  expect((await running.store.findAccountByUsername("ada"))?.revision).toBe(account.revision + 2);
  expect((await user("show", "ada")).out).toMatch(/^second factor +none$/m);
  const again = await user("second-factor", "remove", "ada");
  expect(again).toMatchObject({
    code: 1,
    err: "'ada' has no app for one-time passwords. See: tessera user second-factor show ada\n",
  });
});

test("says removed to a script, and who is not there", async () => {
  await addPersonWithApp("grace");
  const { out } = await user("second-factor", "remove", "grace", "--json");
  expect(JSON.parse(out)).toEqual({ username: "grace", removed: true });
  expect((await user("second-factor", "remove", "nobody")).err).toContain("There is no person");
});
