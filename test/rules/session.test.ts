import { describe, expect, test } from "bun:test";
import { newWaiting } from "../../src/rules/outbox.ts";
import { endEverySession, endOneSession, giveWay, isOnline, signsIn } from "../../src/rules/session.ts";
import { insert, sweep, update } from "../../src/store/contract.ts";
import { grants } from "../../src/store/tables/grants.ts";
import { links, sessions } from "../../src/store/tables/sign-in.ts";
import { logoutNotices } from "../../src/store/tables/waiting.ts";
import { newSession } from "../store/records.ts";
import { NOW, newId, scopes } from "./facts.ts";

const session = newId();

test.each([
  ["signs in and is online", ["openid", "email"], session, true, true],
  ["signs in and goes on without the person", ["openid", "offline_access"], session, true, false],
  ["is no sign-in", ["mail.read"], session, false, false],
  ["is on a device, which no session ends", ["openid"], null, false, false],
] as const)("an application that %s: %#", (_, names, of, told, online) => {
  const grant = { scope: scopes(...names), session: of };
  expect({ told: signsIn(grant), online: isOnline(grant) }).toEqual({ told, online });
});

describe("the end of a session", () => {
  const ended = newSession();
  const { id, subject, continuity } = ended;
  const ending = { now: NOW, noticeId: newId() };
  const notice = {
    id: ending.noticeId,
    subject,
    session: continuity,
    clientId: null,
    ...newWaiting(NOW, NOW + 86_400),
    expiresAt: NOW + 86_400,
  };
  const signedOut = { revokedAt: NOW, revokedReason: "signed_out" } as const;

  test("takes the access that lasts as long as it does, and leaves a notice in the same commit", () => {
    expect(endOneSession(ended, ending)).toEqual({
      changes: [update(sessions, { id }, { continuity }, { expiresAt: NOW }), insert(logoutNotices, notice)],
      sweeps: [
        sweep(sessions, { id }, null),
        sweep(grants, { subject, session: continuity, online: true, revokedAt: null }, signedOut),
      ],
    });
  });

  test("takes that of all sessions with all of them", () => {
    expect(endEverySession(subject, ending)).toEqual({
      changes: [insert(logoutNotices, { ...notice, session: null })],
      sweeps: [
        sweep(sessions, { subject }, null),
        sweep(grants, { subject, online: true, revokedAt: null }, signedOut),
        sweep(links, { subject }, null),
      ],
    });
  });

  test("is none if the person signs in again in that browser", () => {
    expect(giveWay(ended, ending)).toEqual({
      changes: [update(sessions, { id }, { continuity }, { expiresAt: NOW })],
      sweeps: [sweep(sessions, { id }, null)],
    });
  });
});
