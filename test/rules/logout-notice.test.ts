import { describe, expect, test } from "bun:test";
import { type ClientNotice, claim, conclude, isTold, spread } from "../../src/rules/logout-notice.ts";
import { type Answer, newWaiting } from "../../src/rules/outbox.ts";
import { hold, insert, sweep, update } from "../../src/store/contract.ts";
import { clients } from "../../src/store/tables/clients.ts";
import { logoutNotices } from "../../src/store/tables/waiting.ts";
import { aGrant, CLIENT, NOW, newId, scopes, toldBy } from "./facts.ts";

const session = newId();
const ended = {
  id: newId(),
  subject: aGrant().subject,
  session,
  clientId: null,
  ...newWaiting(NOW, NOW + 86_400),
  expiresAt: NOW + 86_400,
};
const notice: ClientNotice = { ...ended, clientId: CLIENT.clientId, session };
const signIn = aGrant({ scope: scopes("openid"), session });

describe("the end of a session concerns", () => {
  test.each([
    ["a client that signed the person in with it", signIn, true],
    ["it also if its access goes on", { ...signIn, scope: scopes("openid", "offline_access") }, true],
    ["no client of another session", { ...signIn, session: newId() }, false],
    ["no client without openid", { ...signIn, scope: scopes("mail") }, false],
    [
      "no client that knows the person under another name since",
      { ...signIn, revokedReason: "client_changed" as const },
      false,
    ],
    ["no device", { ...signIn, session: null }, false],
  ])("%s: %#", (_, grant, told) => {
    expect(isTold(ended, grant)).toBe(told);
  });

  test("of all sessions, every client that has not heard of it before", () => {
    const all = { ...ended, session: null };
    expect(isTold(all, signIn)).toBe(true);
    const out = { ...signIn, revokedReason: "signed_out" } as const;
    expect(isTold(all, { ...out, revokedAt: NOW })).toBe(true);
    expect(isTold(all, { ...out, revokedAt: NOW - 1 })).toBe(false);
  });
});

describe("a notice", () => {
  const told = { client: CLIENT, session, id: newId() };

  test("gives way to one for each client, and one sender does so", () => {
    const { client, ...found } = told;
    const { clientId, number, revision } = client;
    const first = { ...ended, ...found, clientId, attempts: 1, nextAt: NOW + 10 };
    expect(spread(ended, [told], NOW)).toEqual({
      outcome: [first],
      changes: [
        update(
          logoutNotices,
          { id: ended.id },
          { attempts: 0, waits: true },
          { attempts: 1, waits: true, nextAt: NOW + 10 },
        ),
        // A client that changes at this moment takes its notices back.
        hold(clients, { clientId }, { number, revision }),
        insert(logoutNotices, first),
      ],
      sweeps: [sweep(logoutNotices, { id: ended.id }, null)],
    });
    expect(spread(null, [told], NOW)).toEqual({ outcome: [] });
    expect(spread(notice, [told], NOW)).toEqual({ outcome: [] });
  });

  test("is taken by one sender, when it is due", () => {
    const set = { attempts: 1, nextAt: NOW + 10, waits: true };
    expect(claim(notice, NOW)).toEqual({
      outcome: { ...notice, ...set },
      changes: [update(logoutNotices, { id: notice.id }, { attempts: 0, waits: true }, set)],
    });
    expect(claim(notice, NOW - 1)).toEqual({ outcome: null });
    expect(claim(notice, notice.expiresAt)).toEqual({ outcome: null });
    expect(claim(ended, NOW)).toEqual({ outcome: null });
    expect(claim(null, NOW)).toEqual({ outcome: null });
  });

  const removal = [sweep(logoutNotices, { id: notice.id }, null)];
  test.each([
    [{ outcome: "sent" }, notice.giveUpAt, "logout.sent", removal],
    [{ outcome: "failed", reason: "too_slow" }, NOW + 21, "logout.failed", undefined],
    [{ outcome: "failed", reason: "too_slow" }, NOW + 20, "logout.given_up", removal],
    [{ outcome: "refused", reason: "status 400" }, notice.giveUpAt, "logout.given_up", removal],
  ] as const)("that is %p is over or waits: %#", (answer: Answer, giveUpAt, event, sweeps) => {
    const claimed = { ...notice, attempts: 2, giveUpAt };
    const decision = conclude(claimed, claimed, answer, NOW);
    expect(toldBy(decision)).toEqual([event]);
    expect(decision.sweeps).toEqual(sweeps as never);
  });

  test("that failed says why, and one that is gone meanwhile does not fail", () => {
    const answer = { outcome: "failed", reason: "too_slow" } as const;
    const claimed = { ...notice, attempts: 2 };
    const set = { nextAt: NOW + 20, lastFault: "too_slow" };
    expect(conclude(claimed, claimed, answer, NOW).changes).toEqual([
      update(logoutNotices, { id: notice.id }, { attempts: 2, waits: true }, set),
    ]);
    expect(conclude(claimed, null, answer, NOW)).toEqual({ outcome: true });
  });
});
