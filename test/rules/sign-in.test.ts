/** The proofs that a sign-in needs, and what they amount to. */
import { expect, test } from "bun:test";
import {
  authenticationBy,
  hasSecondFactor,
  isWayLeft,
  missingStep,
  STEPS,
  stepOfSession,
} from "../../src/rules/sign-in.ts";
import { proves } from "../support/proves.ts";

test(proves("a sign-in is worth nothing without a step", "threat 32", "threat 47"), () => {
  expect(authenticationBy([])).toBeNull();
  expect(missingStep([], { hasTotp: false })).toBe("first");
});

test("a session tells by what the person signed in", () => {
  expect(authenticationBy([STEPS.password])).toEqual({
    authenticationMethods: ["pwd"],
    authenticationLevel: "1",
  });
  expect(authenticationBy([STEPS.password, STEPS.totp])).toEqual({
    authenticationMethods: ["pwd", "otp", "mfa"],
    authenticationLevel: "2",
  });
  expect(authenticationBy([STEPS.passkey])?.authenticationLevel).toBe("1");
  expect(authenticationBy([STEPS.verified_passkey])).toEqual({
    authenticationMethods: ["pop", "user", "mfa"],
    authenticationLevel: "2",
  });
});

test(proves("a person with a second factor signs in with two proofs", "threat 83"), () => {
  for (const first of [STEPS.password, STEPS.passkey, STEPS.sign_in_link]) {
    expect(missingStep([first], { hasTotp: true })).toBe("second");
    expect(missingStep([first, STEPS.recovery_code], { hasTotp: true })).toBeNull();
  }
  expect(missingStep([STEPS.verified_passkey], { hasTotp: true })).toBeNull();
  expect(missingStep([STEPS.password], { hasTotp: false })).toBeNull();
});

test("a sign-in goes on from that of the session", () => {
  for (const steps of [[STEPS.password], [STEPS.password, STEPS.totp], [STEPS.verified_passkey]]) {
    const authentication = authenticationBy(steps);
    if (authentication === null) throw new Error("no sign-in");
    const continued = authenticationBy([stepOfSession(authentication)]);
    expect(continued).toEqual(authentication);
  }
  const password = stepOfSession({ authenticationMethods: ["pwd"], authenticationLevel: "1" });
  expect(authenticationBy([password, STEPS.totp])?.authenticationMethods).toEqual(["pwd", "otp", "mfa"]);
});

test(proves("two proofs by the same means are as good as one", "threat 83"), () => {
  const { passkey, totp, recovery_code, password } = STEPS;
  for (const steps of [
    [passkey, passkey],
    [totp, recovery_code],
    [password, password],
  ])
    expect(authenticationBy(steps)?.authenticationLevel).toBe("1");
  const session = authenticationBy([passkey]);
  if (session === null) throw new Error("no sign-in");
  expect(missingStep([stepOfSession(session), passkey], { hasTotp: true })).toBe("second");
  const link = authenticationBy([STEPS.sign_in_link]);
  if (link === null) throw new Error("no sign-in");
  expect(missingStep([stepOfSession(link), totp], { hasTotp: true })).toBeNull();
});

test("the last way in stays", () => {
  const none = { hasPassword: false, passkeys: 0, hasTotp: true };
  expect(isWayLeft(none)).toBe(false);
  expect(isWayLeft({ ...none, passkeys: 1 })).toBe(true);
  expect(isWayLeft({ ...none, hasPassword: true })).toBe(true);
  expect(hasSecondFactor(none)).toBe(true);
  expect(hasSecondFactor({ ...none, hasTotp: false })).toBe(false);
});
