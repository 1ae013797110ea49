import { describe, expect, test } from "bun:test";
import { createKnownBrowsers } from "../../../src/accounts/known-browser.ts";
import { codeDigest, codeDigests, openTotp, sealTotp } from "../../../src/accounts/totp.ts";
import { ConfigurationError } from "../../../src/configuration/error.ts";
import { recordIdText } from "../../../src/credentials/credential.ts";
import { sessionIdFor } from "../../../src/credentials/id-token.ts";
import { newSigningKey, openSigningKey } from "../../../src/keys/key-pair.ts";
import {
  findFormerNeeds,
  findServerKey,
  findServerKeys,
  resealAll,
  rotateServerKey,
} from "../../../src/operations/server-key.ts";
import { findSigningKeys } from "../../../src/operations/signing-keys.ts";
import type { ServerKeys } from "../../../src/platform/keys.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import type { ClientId, RecordId, SubjectId } from "../../../src/protocol/identifiers.ts";
import { parseIssuer } from "../../../src/protocol/issuer.ts";
import { newMail } from "../../../src/rules/mail.ts";
import { subjectFor } from "../../../src/rules/subject.ts";
import { insert, type Store } from "../../../src/store/contract.ts";
import { signingKeys } from "../../../src/store/tables/keys.ts";
import { recoveryCodes, totps } from "../../../src/store/tables/sign-in.ts";
import { mails } from "../../../src/store/tables/waiting.ts";
import { TestClock } from "../../support/server.ts";
import type { ActingStore } from "../acts.ts";
import type { OpenStore } from "../suite.ts";
import { useStore } from "./setting.ts";

const ADA = "acc_ada" as SubjectId;
const CODE = "abcdefghjk";
const newSecret = () => Buffer.from(systemRandom(32)).toString("base64url");

/** A moment of use: one of everything that depends on the server's key. */
async function useKeys(store: Store, keys: ServerKeys, clock: TestClock) {
  const now = clock.seconds();
  const id = systemRandom(16) as RecordId;
  const signing = await newSigningKey(keys, "ES256", now, now);
  const bounds = { give_up_seconds: 3600, keep_seconds: 3600, per_person_and_hour: 9 };
  const mail = newMail(
    {
      kind: "reset",
      parameters: {},
      subject: ADA,
      address: null,
      language: null,
      sealedLink: keys.seal("mail", recordIdText(id), Buffer.from("https://auth.example/x")),
      uselessAt: null,
    } as never,
    id,
    now,
    bounds,
  );
  const totp = {
    subject: ADA,
    sealedSecret: sealTotp(keys, ADA, new Uint8Array(20).fill(7)),
    lastStep: 0,
    drift: 0,
    createdAt: now,
  };
  const digest = codeDigest(keys, ADA, CODE);
  await store.commit({
    changes: [
      insert(signingKeys, signing),
      insert(totps, totp),
      insert(recoveryCodes, { digest, subject: ADA, createdAt: now, usedAt: null }),
      insert(mails, mail),
    ],
  });
  return { id, digest, names: namesOf(keys, id) };
}

const namesOf = (keys: ServerKeys, session: RecordId) => ({
  sub: subjectFor(
    { keys },
    {
      clientId: "wiki" as ClientId,
      subjectType: "pairwise",
      sectorIdentifierUri: null,
      jwksUri: null,
      grantTypes: [],
      redirectUris: ["https://wiki.example/cb"] as never,
    },
    ADA,
  ),
  sid: sessionIdFor(keys, session, "wiki"),
});

/** Throws unless everything still opens under these keys. */
async function requireAll(
  store: Store,
  keys: ServerKeys,
  { id, digest, names }: Awaited<ReturnType<typeof useKeys>>,
) {
  for (const key of await findSigningKeys({ store })) await openSigningKey(keys, key);
  const [totp] = await store.list(totps, { limit: 1 });
  expect(totp === undefined ? null : openTotp(keys, totp)).toEqual(new Uint8Array(20).fill(7));
  const [mail] = await store.list(mails, { limit: 1 });
  expect(
    Buffer.from(keys.unseal("mail", recordIdText(id), mail?.sealedLink ?? new Uint8Array())).toString(),
  ).toBe("https://auth.example/x");
  expect(codeDigests(keys, ADA, CODE).map((each) => Buffer.from(each).toString("hex"))).toContain(
    Buffer.from(digest).toString("hex"),
  );
  expect(namesOf(keys, id)).toEqual(names);
}

export function serverKeyRotationSuite(open: OpenStore): void {
  describe("the rotation of the server's own secret", () => {
    const opened = useStore(open);
    const configuration = {
      server_key: undefined as string | undefined,
      former_server_keys: [] as string[],
      lifetimes: { known_browser_seconds: 100 },
    };
    const contextOf = (store: ActingStore, changes: Partial<typeof configuration> = {}) => ({
      store,
      clock: new TestClock(),
      random: systemRandom,
      configuration: { ...configuration, ...changes },
    });

    test("loses nothing, sealed anew or not, and goes on where it was interrupted", async () => {
      const context = contextOf(opened());
      const { keys: first } = await findServerKeys(context);
      const used = await useKeys(context.store, first, context.clock);
      expect(await rotateServerKey(context)).toBe(true);
      const { keys: second, former } = await findServerKeys(context);
      expect(former).toBe(1);
      expect(second.mac("form", "x")).not.toEqual(first.mac("form", "x"));
      // Before anything is sealed anew, as after a kill.
      await requireAll(context.store, second, used);
      // Each commit may be the last.
      for (let left = 0; left < 3; left += 1) {
        let commits = 0;
        const failing: Store = {
          ...context.store,
          commit: (commit) => {
            commits += 1;
            return commits > 1 ? Promise.reject(new Error("killed")) : context.store.commit(commit);
          },
        };
        await resealAll({ ...context, store: failing, keys: second }).catch(() => {});
        await requireAll(context.store, second, used);
      }
      expect(await resealAll({ ...context, keys: second })).toEqual({
        signingKeys: 0,
        apps: 0,
        mails: 0,
        forgotten: 0,
      });
      await requireAll(context.store, second, used);
      // Sealed anew: the former secret alone opens nothing any more.
      for (const key of await findSigningKeys(context)) {
        expect(() => first.unseal("signing keys", key.kid, key.sealedPrivateKey)).toThrow();
      }
    });

    test("keeps a former secret until nothing needs it, and the first one for the names", async () => {
      const context = contextOf(opened());
      const { keys } = await findServerKeys(context);
      const before = (await findFormerNeeds(context)).length;
      expect(before).toBe(1);
      expect(await rotateServerKey(context)).toBe(true);
      const { keys: third } = await findServerKeys(context);
      const needs = async () => (await findFormerNeeds(context)).map((each) => each.needs);
      // The recovery code is older than both.
      expect(await needs()).toEqual([
        ["recovery_codes", "known_browsers"],
        ["names", "recovery_codes", "known_browsers"],
      ]);
      context.clock.advance(200);
      expect((await needs())[0]).toEqual(["recovery_codes"]);
      expect((await resealAll({ ...context, keys: third })).forgotten).toBe(0);
      await context.store.commit({
        changes: (await context.store.list(recoveryCodes, { limit: 9 })).map(({ digest }) => ({
          act: "remove",
          table: recoveryCodes as never,
          key: { digest },
        })),
      });
      expect((await resealAll({ ...context, keys: third })).forgotten).toBe(1);
      expect(await needs()).toEqual([["names"]]);
      const { keys: later } = await findServerKeys(context);
      const session = systemRandom(16) as RecordId;
      expect(namesOf(later, session)).toEqual(namesOf(keys, session));
    });

    test("a browser stays known", async () => {
      const context = contextOf(opened());
      const browsersOf = (keys: ServerKeys) =>
        createKnownBrowsers(parseIssuer("https://auth.example"), keys, context.clock, systemRandom, 1000);
      const account = { subject: ADA, passwordHash: null, browsersForgottenAt: null };
      const { keys: before } = await findServerKeys(context);
      const cookie = browsersOf(before).write(account)?.split(";")[0] ?? "";
      await rotateServerKey(context);
      const { keys: after } = await findServerKeys(context);
      const browsers = browsersOf(after);
      const presented = browsers.read(new Request("https://auth.example/", { headers: { cookie } }));
      if (presented === null) throw new Error("The browser presents nothing.");
      expect(browsers.isKnownTo(presented, account)).toBe(true);
      expect(browsers.isKnownTo(presented, { ...account, subject: "acc_eve" as SubjectId })).toBe(false);
    });

    test("takes a configured secret only with the one before it at hand, and never the same again", async () => {
      const [one, two] = [newSecret(), newSecret()];
      const store = opened();
      // The database had the secret until now: then it stays there, as a former one.
      const moved = contextOf(store, { server_key: one });
      expect(await rotateServerKey(moved)).toBe(true);
      expect(await findServerKey({ store })).toMatchObject({ secret: null });
      await expect(rotateServerKey(contextOf(store, { server_key: one }))).rejects.toThrow(
        ConfigurationError,
      );
      await expect(rotateServerKey(contextOf(store, { server_key: two }))).rejects.toThrow(
        "former_server_keys",
      );
      await expect(findServerKeys(contextOf(store, { server_key: two }))).rejects.toThrow(
        "server-key rotate",
      );
      const both = contextOf(store, { server_key: two, former_server_keys: [newSecret(), one] });
      expect(await rotateServerKey(both)).toBe(true);
      await findServerKeys(both);
      await expect(findServerKeys(contextOf(store, { server_key: two }))).rejects.toThrow(
        "former_server_keys",
      );
    });
  });
}
