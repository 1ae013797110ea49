/** The end of sessions and of the access that ends with them, also while codes are being issued and redeemed. */

import { describe, expect, test } from "bun:test";
import { noEvents } from "../../../src/operations/events.ts";
import { createLogoutSender } from "../../../src/operations/logout-notices.ts";
import { systemClock, systemSteadyClock } from "../../../src/platform/clock.ts";
import { serverKeys } from "../../../src/platform/keys.ts";
import { createLog } from "../../../src/platform/log.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import type { RecordId, SubjectId } from "../../../src/protocol/identifiers.ts";
import { isOnline } from "../../../src/rules/session.ts";
import type { GrantRecord } from "../../../src/store/tables/grants.ts";
import type { AccountRecord } from "../../../src/store/tables/people.ts";
import type { SessionRecord } from "../../../src/store/tables/sign-in.ts";
import { logoutNotices } from "../../../src/store/tables/waiting.ts";
import { proves } from "../../support/proves.ts";
import type { ActingStore } from "../acts.ts";
import {
  NOW,
  newAuthorization,
  newIssuance,
  newSession,
  PASSWORD_HASH,
  type Parties,
  scopes,
} from "../records.ts";
import type { OpenStore } from "../suite.ts";
import { createParties, FAILURE_LIMIT, isActive, useStore } from "./setting.ts";

const SIGN_IN = scopes("openid", "email");

/** A permission that a person gives in a session. */
function allowedIn(parties: Parties, session: SessionRecord | null, scope = SIGN_IN) {
  const continuity = session?.continuity ?? null;
  const { grant, ...rest } = newAuthorization(parties);
  const allowed: GrantRecord = { ...grant, scope, session: continuity };
  return { ...rest, grant: { ...allowed, online: isOnline(allowed) }, session: session?.id ?? null };
}

async function signIn(store: ActingStore, account: AccountRecord, replaces: RecordId | null = null) {
  const session = newSession({ subject: account.subject });
  await store.createSession(session, replaces, PASSWORD_HASH);
  const found = await store.findSession(session.id, NOW, 0);
  if (found === null) throw new Error("There is no session.");
  return found.session;
}

/** The access token of an application that the person allows in a session. */
async function useApplication(
  store: ActingStore,
  parties: Parties,
  session: SessionRecord | null,
  scope = SIGN_IN,
) {
  const authorization = allowedIn(parties, session, scope);
  expect(await store.authorize(authorization)).toBe("authorized");
  const issuance = newIssuance(authorization.grant, NOW);
  expect(await store.redeemCode(authorization.code.id, FAILURE_LIMIT, issuance)).toBe("issued");
  return issuance.accessToken;
}

/** The notices of a person that wait for a sender. */
const noticesOf = (store: ActingStore, subject: SubjectId) =>
  store.list(logoutNotices, { where: { subject }, limit: 100 });

export function signOutSuite(open: OpenStore): void {
  describe("a sign-out", () => {
    const store = useStore(open);

    test(
      proves("ends the access that lasts as long as the session, and no other access", "threat 15"),
      async () => {
        const parties = await createParties(store());
        const [session, elsewhere] = [
          await signIn(store(), parties.account),
          await signIn(store(), parties.account),
        ];
        const online = await useApplication(store(), parties, session);
        const others = [
          await useApplication(store(), parties, session, scopes("openid", "offline_access")),
          await useApplication(store(), parties, session, scopes("mail")),
          await useApplication(store(), parties, elsewhere),
          await useApplication(store(), parties, null),
        ];
        expect(await store().endSession(session.id)).toBe(true);
        expect(await isActive(store(), online)).toBe(false);
        for (const other of others) expect(await isActive(store(), other)).toBe(true);
        expect(await noticesOf(store(), parties.account.subject)).toMatchObject([
          { session: session.continuity, clientId: null },
        ]);
        expect(await store().endSession(session.id)).toBe(false);
      },
    );

    test("ends it also for a client that has not fetched its tokens yet", async () => {
      const parties = await createParties(store());
      const session = await signIn(store(), parties.account);
      const { code, grant, ...rest } = allowedIn(parties, session);
      await store().authorize({ code, grant, ...rest });
      await store().endSession(session.id);
      expect(await store().redeemCode(code.id, FAILURE_LIMIT, newIssuance(grant, NOW))).toBe("refused");
      expect((await store().findGrant(grant.id))?.revokedReason).toBe("signed_out");
    });

    test("leaves no way to access in the session that it ended", async () => {
      const parties = await createParties(store());
      const session = await signIn(store(), parties.account);
      await store().endSession(session.id);
      expect(await store().authorize(allowedIn(parties, session))).toBe("signed_out");
    });

    test("everywhere ends it in every session", async () => {
      const parties = await createParties(store());
      const { subject } = parties.account;
      const tokens = [];
      for (let browser = 0; browser < 2; browser += 1)
        tokens.push(await useApplication(store(), parties, await signIn(store(), parties.account)));
      await store().setPassword(subject, "another");
      for (const token of tokens) expect(await isActive(store(), token)).toBe(false);
      expect(await noticesOf(store(), subject)).toMatchObject([{ session: null }]);
    });

    test("is none when the same person signs in again in the browser", async () => {
      const parties = await createParties(store());
      const session = await signIn(store(), parties.account);
      const token = await useApplication(store(), parties, session);
      const again = await signIn(store(), parties.account, session.id);
      expect(again.continuity).toEqual(session.continuity);
      expect(await isActive(store(), token)).toBe(true);
      expect(await noticesOf(store(), parties.account.subject)).toEqual([]);
      await store().endSession(again.id);
      expect(await isActive(store(), token)).toBe(false);
    });

    test("happens to the person before when another one signs in in the browser", async () => {
      const [first, second] = [await createParties(store()), await createParties(store())];
      const session = await signIn(store(), first.account);
      const token = await useApplication(store(), first, session);
      await signIn(store(), second.account, session.id);
      expect(await store().findSession(session.id, NOW, 0)).toBeNull();
      expect(await isActive(store(), token)).toBe(false);
      expect(await noticesOf(store(), first.account.subject)).toHaveLength(1);
    });

    test(proves("and codes at the same moment leave no token alive", "threat 9"), async () => {
      const parties = await createParties(store());
      const rounds = Array.from({ length: 20 }, async () => {
        const session = await signIn(store(), parties.account);
        const authorizations = Array.from({ length: 4 }, () => allowedIn(parties, session));
        const issued = authorizations.map(async (authorization) => {
          if ((await store().authorize(authorization)) !== "authorized") return null;
          const issuance = newIssuance(authorization.grant, NOW);
          const outcome = await store().redeemCode(authorization.code.id, FAILURE_LIMIT, issuance);
          return outcome === "issued" ? issuance.accessToken : null;
        });
        const [, ...tokens] = await Promise.all([store().endSession(session.id), ...issued]);
        return tokens.filter((token) => token !== null);
      });
      for (const token of (await Promise.all(rounds)).flat())
        expect(await isActive(store(), token)).toBe(false);
    });

    test("is told to the client of each session once, by whichever of several senders", async () => {
      const parties = await createParties(store());
      const url = `https://client.example/${parties.client.clientId}`;
      await store().putClient({ ...parties.client, backchannelLogoutUri: url });
      for (let browser = 0; browser < 3; browser += 1) {
        const session = await signIn(store(), parties.account);
        await useApplication(store(), parties, session);
        await store().endSession(session.id);
      }
      const sent: string[] = [];
      const sender = () =>
        createLogoutSender({
          store: store(),
          events: noEvents,
          clock: systemClock,
          steadyClock: systemSteadyClock,
          random: systemRandom,
          configuration: {
            signing: {
              algorithms: ["RS256"],
              rotation_seconds: 86_400,
              publish_seconds: 3600,
              key_files: [],
            },
          },
          issuer: { identifier: "https://auth.example" },
          keys: serverKeys(systemRandom(32)),
          signingKeys: { sign: async () => "a token" },
          outbound: {
            async send(request) {
              sent.push(request.url);
              return { status: 200, text: "" };
            },
          },
          log: createLog({ level: "error", format: "text", write: () => {} }),
        });
      await Promise.all(Array.from({ length: 4 }, () => sender().sendDue()));
      // The other tests have left notices, too.
      expect(sent.filter((to) => to === url)).toEqual([url, url, url]);
      expect(await noticesOf(store(), parties.account.subject)).toEqual([]);
    });

    test("and a sign-in that continues the session at the same moment: one of them comes first", async () => {
      const parties = await createParties(store());
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const session = await signIn(store(), parties.account);
          const token = await useApplication(store(), parties, session);
          const next = newSession({ subject: parties.account.subject });
          const [ended] = await Promise.all([
            store().endSession(session.id),
            store().createSession(next, session.id, PASSWORD_HASH),
          ]);
          const found = await store().findSession(next.id, NOW, 0);
          // Applications of a session that was ended do not stay signed in by another.
          expect(await isActive(store(), token)).toBe(!ended);
          expect(Buffer.compare(found?.session.continuity ?? next.id, session.continuity) === 0).toBe(!ended);
        }),
      );
    });
  });
}
