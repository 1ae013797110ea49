/** One-time passwords and recovery codes: what counts, and how often. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  codeAt,
  newRecoveryCode,
  normalizeCode,
  stepOfCode,
  totpFromText,
  totpText,
  totpUri,
} from "../../src/accounts/totp.ts";
import { systemRandom } from "../../src/platform/random.ts";
import type { SecretDigest } from "../../src/protocol/identifiers.ts";
import { TOTP_FIRST_WINDOW, TOTP_SECONDS, TOTP_WINDOW } from "../../src/protocol/totp.ts";
import {
  allowChange,
  mayDoWithoutTotp,
  removeTotp,
  renewRecoveryCodes,
  setUpTotp,
  useRecoveryCode,
  useTotp,
} from "../../src/rules/second-factor.ts";
import { hold, update } from "../../src/store/contract.ts";
import { recoveryCodes, type TotpRecord, totps } from "../../src/store/tables/sign-in.ts";
import { proves } from "../support/proves.ts";
import { DISABLED, NOW, newAccount } from "./facts.ts";

const STEP = Math.floor(NOW / TOTP_SECONDS);
const person = newAccount({ revision: 4 });
const { subject } = person;
const SEALED = new Uint8Array([1]);
const totp: TotpRecord = {
  subject,
  sealedSecret: SEALED,
  lastStep: STEP - 5,
  drift: 0,
  createdAt: NOW - 900,
};
const digest = new Uint8Array([7]) as SecretDigest;
const code = { digest, subject, createdAt: NOW - 900, usedAt: null };
const secret = new Uint8Array(20).fill(7);

/** RFC 6238 Appendix B: the last six of its eight digits, for SHA-1. */
test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("at %d the code of RFC 6238 is %s", (now, expected) => {
  const known = new TextEncoder().encode("12345678901234567890");
  expect(codeAt(known, now)).toBe(expected);
  expect(stepOfCode(known, expected, now, 0)).toBe(Math.floor(now / TOTP_SECONDS));
});

test("an app reads issuer, name and secret from the address", () => {
  const uri = new URL(totpUri(secret, "Café & Co", "ada@example.org"));
  expect(uri.protocol).toBe("otpauth:");
  expect(decodeURIComponent(uri.pathname)).toContain("Café & Co:ada@example.org");
  expect(uri.searchParams.get("issuer")).toBe("Café & Co");
  expect(totpFromText(uri.searchParams.get("secret") ?? "")).toEqual(secret);
  expect(totpFromText(totpText(secret))).toEqual(secret);
});

describe("a one-time password", () => {
  test(proves("counts once, and no earlier one after it", "threat 83"), () => {
    const changes = useTotp(totp, STEP, NOW);
    expect(changes).toEqual([
      update(totps, { subject }, { lastStep: STEP - 5 }, { lastStep: STEP, drift: 0 }),
    ]);
    const used = { ...totp, lastStep: STEP };
    expect(useTotp(used, STEP, NOW)).toBeNull();
    expect(useTotp(used, STEP - 1, NOW)).toBeNull();
    expect(useTotp(used, STEP + 1, NOW)).not.toBeNull();
  });

  test(proves("counts once even of two at once: the step before guards the commit", "threat 83"), () => {
    const [change] = useTotp(totp, STEP, NOW) ?? [];
    expect(change).toMatchObject({ act: "update", was: { lastStep: STEP - 5 } });
  });

  test(
    proves("is never accepted from further than at set-up, however the clock was learnt", "threat 83"),
    () => {
      expect(useTotp(totp, STEP + TOTP_FIRST_WINDOW, NOW)).not.toBeNull();
      expect(useTotp(totp, STEP + TOTP_FIRST_WINDOW + 1, NOW)).toBeNull();
      fc.assert(
        fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 60 }), (leads) => {
          // A stranger leads the server on with codes of ever later steps.
          let known = { ...totp, lastStep: 0 };
          for (const [index, lead] of leads.entries()) {
            const now = NOW + index * TOTP_SECONDS;
            const shown = codeAt(secret, now + (known.drift + lead) * TOTP_SECONDS);
            const step = stepOfCode(secret, shown, now, known.drift);
            const used = step === null ? null : useTotp(known, step, now);
            if (used === null || step === null) continue;
            known = { ...known, lastStep: step, drift: step - Math.floor(now / TOTP_SECONDS) };
            expect(Math.abs(known.drift)).toBeLessThanOrEqual(TOTP_FIRST_WINDOW);
          }
        }),
        { numRuns: 50 },
      );
    },
  );

  test("of a clock that drifts by a minute between two sign-ins is accepted at each of them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -60, max: 60 }), { maxLength: 40 }),
        fc.integer({ min: 0, max: 29 }),
        (drifts, second) => {
          let known = { ...totp, lastStep: 0, drift: 0 };
          let off = 0;
          for (const [index, drift] of drifts.entries()) {
            // It stays within what set-up would accept.
            if (Math.abs(off + drift) > (TOTP_FIRST_WINDOW - 1) * TOTP_SECONDS) continue;
            off += drift;
            const now = NOW + second + (index + 1) * 86_400;
            const step = stepOfCode(secret, codeAt(secret, now + off), now, known.drift);
            expect(step).not.toBeNull();
            if (step === null) return;
            expect(useTotp(known, step, now)).not.toBeNull();
            known = { ...known, lastStep: step, drift: step - Math.floor(now / TOTP_SECONDS) };
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("of a clock that was set right is accepted, though it was learnt to be off", () => {
    expect(stepOfCode(secret, codeAt(secret, NOW), NOW, 9)).toBe(STEP);
    expect(stepOfCode(secret, codeAt(secret, NOW + 9 * TOTP_SECONDS), NOW, 9)).toBe(STEP + 9);
  });

  test("of another time is none", () => {
    for (const steps of [TOTP_WINDOW + 1, -TOTP_WINDOW - 1])
      expect(stepOfCode(secret, codeAt(secret, NOW + steps * TOTP_SECONDS), NOW, 0)).toBeNull();
  });
});

describe("a recovery code", () => {
  test(proves("counts once, for its person, while the app is set up", "threat 83"), () => {
    expect(useRecoveryCode({ totp, code }, subject, NOW)).toEqual([
      hold(totps, { subject }, { lastStep: totp.lastStep }),
      update(recoveryCodes, { digest }, { usedAt: null }, { usedAt: NOW }),
    ]);
    expect(useRecoveryCode({ totp, code: { ...code, usedAt: NOW } }, subject, NOW)).toBeNull();
    expect(useRecoveryCode({ totp, code }, "somebody else", NOW)).toBeNull();
    expect(useRecoveryCode({ totp: null, code }, subject, NOW)).toBeNull();
    expect(useRecoveryCode({ totp, code: null }, subject, NOW)).toBeNull();
  });

  test("is read as it was shown, typed in any way", () => {
    fc.assert(
      fc.property(fc.constantFrom(" ", "-", "–", ""), fc.boolean(), (gap, isUpper) => {
        const shown = newRecoveryCode(systemRandom);
        expect(shown).toMatch(/^[2-9a-hj-km-np-z]{4}-[2-9a-hj-km-np-z]{4}-[2-9a-hj-km-np-z]{4}$/);
        const typed = shown.replaceAll("-", gap);
        const text = shown.replaceAll("-", "");
        expect(normalizeCode(isUpper ? typed.toUpperCase() : typed)).toEqual({ kind: "recovery_code", text });
      }),
    );
    expect(normalizeCode("12345")).toBeNull();
    expect(normalizeCode("")).toBeNull();
  });
});

describe("a change of the second factor", () => {
  const wish = { sealedSecret: SEALED, step: STEP, codes: [digest], replaces: null };
  const none = { account: person, totp: null, code: null };
  const facts = { account: person, totp, code };
  const revised = { revision: person.revision + 1 };

  test(proves("changes the person's row, so that a sign-in under way begins anew", "threat 83"), () => {
    const proof = { uses: [], events: [] };
    const decisions = [
      setUpTotp(none, wish, [], NOW),
      setUpTotp(facts, { ...wish, replaces: totp.createdAt }, [], NOW),
      allowChange(facts, proof),
      renewRecoveryCodes(facts, [digest], proof, NOW),
      removeTotp(facts),
    ];
    for (const { changes } of decisions)
      expect(changes?.[0]).toMatchObject({ act: "update", was: { revision: 4 }, set: revised });
  });

  test("is refused if another one came first", () => {
    expect(setUpTotp(facts, wish, [], NOW).outcome).toBeNull();
    expect(setUpTotp(none, { ...wish, replaces: totp.createdAt }, [], NOW).outcome).toBeNull();
    expect(setUpTotp({ ...none, account: { ...person, ...DISABLED } }, wish, [], NOW).outcome).toBeNull();
    const proof = { uses: [], events: [] };
    expect(renewRecoveryCodes(none, [], proof, NOW).outcome).toBe(false);
    expect(allowChange(none, proof).outcome).toBeNull();
    expect(removeTotp(none).outcome).toBe(false);
  });

  test("what the operator demands, a person cannot take away unless another factor is left", () => {
    expect(mayDoWithoutTotp("1", { passkeys: 0 })).toBe(true);
    expect(mayDoWithoutTotp("2", { passkeys: 0 })).toBe(false);
    expect(mayDoWithoutTotp("2", { passkeys: 1 })).toBe(true);
  });
});
