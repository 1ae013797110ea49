import { describe, expect, test } from "bun:test";
import {
  type Answer,
  type ClientNotice,
  claim,
  conclude,
  isTold,
  spread,
  waitAfter,
} from "../../src/rules/logout-notice.ts";
import { insert, sweep, update } from "../../src/store/contract.ts";
import { logoutNotices } from "../../src/store/tables.ts";
import { aGrant, CLIENT, NOW, newId, scopes, toldBy } from "./facts.ts";

const session = newId();
const ended = {
  id: newId(),
  subject: aGrant().subject,
  session,
  clientId: null,
  createdAt: NOW,
  attempts: 0,
  nextAt: NOW,
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
  const told = { clientId: CLIENT.clientId, session, id: newId() };

  test("gives way to one for each client, and one sender does so", () => {
    const first = { ...ended, ...told, attempts: 1, nextAt: NOW + 10 };
    expect(spread(ended, [told], NOW)).toEqual({
      outcome: [first],
      changes: [
        update(logoutNotices, { id: ended.id }, { attempts: 0 }, { attempts: 1 }),
        insert(logoutNotices, first),
      ],
      sweeps: [sweep(logoutNotices, { id: ended.id }, null)],
    });
    expect(spread(null, [told], NOW)).toEqual({ outcome: [] });
    expect(spread(notice, [told], NOW)).toEqual({ outcome: [] });
  });

  test("is taken by one sender, when it is due", () => {
    const set = { attempts: 1, nextAt: NOW + 10 };
    expect(claim(notice, NOW)).toEqual({
      outcome: { ...notice, ...set },
      changes: [update(logoutNotices, { id: notice.id }, { attempts: 0 }, set)],
    });
    expect(claim(notice, NOW - 1)).toEqual({ outcome: null });
    expect(claim(notice, notice.expiresAt)).toEqual({ outcome: null });
    expect(claim(ended, NOW)).toEqual({ outcome: null });
    expect(claim(null, NOW)).toEqual({ outcome: null });
  });

  const removal = [sweep(logoutNotices, { id: notice.id }, null)];
  test.each([
    [{ outcome: "heard" }, NOW, "logout.sent", removal],
    [{ outcome: "failed", reason: "too_slow" }, NOW + 10, "logout.failed", undefined],
    [{ outcome: "failed", reason: "too_slow" }, notice.expiresAt, "logout.given_up", removal],
    [{ outcome: "refused", reason: "status 400" }, NOW + 10, "logout.given_up", removal],
  ] as const)("that is %p is over or waits: %#", (answer: Answer, nextAt, event, sweeps) => {
    const decision = conclude({ ...notice, nextAt }, answer);
    expect(toldBy(decision)).toEqual([event]);
    expect(decision.sweeps).toEqual(sweeps as never);
  });

  test("comes again after ten seconds, then after twice as long, up to an hour", () => {
    expect([1, 2, 3, 9, 10, 40].map(waitAfter)).toEqual([10, 20, 40, 2560, 3600, 3600]);
  });
});
