/** `tessera user passkey`, the operator's cure for a lost device. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { CredentialId } from "../../src/protocol/identifiers.ts";
import { touchAccount } from "../../src/rules/grant.ts";
import { insert } from "../../src/store/contract.ts";
import { passkeys } from "../../src/store/tables/sign-in.ts";
import { newPublicKey } from "../support/authenticator.ts";
import { proves } from "../support/proves.ts";
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

/** The name of a passkey whose key was cut off. */
const SPOILED = "Old key";

/** A person with passkeys of these names, and with a password only if they have none. */
async function addPerson(username: string, ...names: string[]) {
  await user("add", username, "--generate");
  const account = await running.store.findAccountByUsername(username);
  if (account === null) throw new Error("There is no such person.");
  const { subject } = account;
  await running.store.commit({
    changes: [
      touchAccount(account, { passwordHash: null }),
      ...names.map((name, index) =>
        insert(passkeys, {
          credentialId: new Uint8Array([
            index < 2 ? 1 : 2,
            index,
            ...Buffer.from(username),
          ]) as Uint8Array as CredentialId,
          subject,
          name,
          publicKey: name === SPOILED ? newPublicKey().slice(0, 40) : newPublicKey(),
          counter: 0,
          transports: ["usb"],
          aaguid: "d548826e-79b4-db40-a3d8-11116f7e8349",
          discoverable: true,
          backedUp: index === 0,
          createdAt: 1_700_000_000 + index,
          usedAt: index === 0 ? 1_700_000_100 : null,
        }),
      ),
    ],
  });
  return account;
}

test("a passkey whose key is spoiled is marked, and is no way in that is left", async () => {
  await addPerson("eve", "Phone", SPOILED);
  expect((await user("passkey", "list", "eve")).out).toMatch(/Old key +spoiled: remove it/);
  const listed = JSON.parse((await user("passkey", "list", "eve", "--json")).out);
  expect(listed.map(({ readable }: { readable: boolean }) => readable)).toEqual([true, false]);
  const phone = listed[0].id;
  expect((await user("passkey", "remove", "eve", phone)).out).toContain("eve has no way to sign in now.");
});

test("passkeys are listed, and one is removed by the beginning of its identifier", async () => {
  await addPerson("ada", "My phone", "", "Work");
  const { out } = await user("passkey", "list", "ada");
  expect(out).toMatch(/^PASSKEY_ID +NAME +KEPT +ADDED +LAST USED$/m);
  expect(out).toMatch(/My phone +on several devices/);
  expect(out).toMatch(/security key +on one device .*never$/m);
  const listed = JSON.parse((await user("passkey", "list", "ada", "--json")).out);
  expect(listed[0]).toEqual({
    id: Buffer.from([1, 0, ...Buffer.from("ada")]).toString("base64url"),
    name: "My phone",
    kind: "Bitwarden",
    synced: true,
    discoverable: true,
    readable: true,
    created_at: "2023-11-14T22:13:20Z",
    used_at: "2023-11-14T22:15:00Z",
  });
  expect((await user("show", "ada")).out).toMatch(/^second factor +3 passkeys$/m);
  expect((await user("passkey", "remove", "ada", "AQ")).err).toContain(
    "2 passkeys of 'ada' begin with 'AQ'.",
  );
  expect((await user("passkey", "remove", "ada", "xx")).err).toContain("'ada' has no passkey 'xx'.");
  expect((await user("passkey", "remove", "ada", "Ag")).out).toBe("Removed 1 passkey of ada.\n");
  const left = JSON.parse((await user("passkey", "list", "ada", "--json")).out);
  expect(left.map(({ name }: { name: string }) => name)).toEqual(["My phone", "security key"]);
});

test(proves("the operator removes even the last way in, and is told the cure", "threat 82"), async () => {
  const account = await addPerson("grace", "My phone", "My key");
  expect((await user("passkey", "remove", "grace")).err).toContain("Name one passkey, or --all.");
  expect((await user("passkey", "remove", "grace", "AQ", "--all")).code).toBe(1);
  const { out } = await user("passkey", "remove", "grace", "--all");
  expect(out).toStartWith("Removed 2 passkeys of grace.\n");
  expect(out).toContain("tessera user password grace --generate");
  expect((await user("passkey", "list", "grace")).out).toBe("grace has no passkey.\n");
  // A sign-in that is under way with one of them is over.
  const now = await running.store.findAccountByUsername("grace");
  expect(now?.revision).toBeGreaterThan(account.revision + 1);
  expect(running.printed.out + running.printed.err).not.toContain("credentialId");
});
