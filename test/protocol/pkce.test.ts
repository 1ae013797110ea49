import { describe, expect, test } from "bun:test";
import type { CodeChallenge } from "../../src/protocol/identifiers.ts";
import {
  CODE_CHALLENGE_METHODS,
  isCodeChallenge,
  isCodeVerifier,
  verifierMatchesChallenge,
} from "../../src/protocol/pkce.ts";
import { proves } from "../support/proves.ts";

// RFC 7636 appendix B.
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" as CodeChallenge;

describe("PKCE (RFC 7636)", () => {
  test(proves("the verifier of appendix B matches its challenge", "RFC 7636 4.2-1"), () => {
    expect(isCodeVerifier(VERIFIER)).toBe(true);
    expect(isCodeChallenge(CHALLENGE)).toBe(true);
    expect(verifierMatchesChallenge(VERIFIER, CHALLENGE)).toBe(true);
  });

  test(proves("S256 is the only method", "RFC 7636 7.2-2", "RFC 7636 7.2-3"), () => {
    expect([...CODE_CHALLENGE_METHODS]).toEqual(["S256"]);
  });

  test("a verifier that differs in one character does not match", () => {
    for (let at = 0; at < VERIFIER.length; at += 1) {
      const changed = VERIFIER.slice(0, at) + (VERIFIER[at] === "A" ? "B" : "A") + VERIFIER.slice(at + 1);
      expect(verifierMatchesChallenge(changed, CHALLENGE)).toBe(false);
    }
  });

  test("the challenge itself is not its own verifier, as it would be with plain", () => {
    expect(verifierMatchesChallenge(CHALLENGE, CHALLENGE)).toBe(false);
  });

  test("a challenge of another length matches nothing and does not throw", () => {
    expect(verifierMatchesChallenge(VERIFIER, "E9Melhoa2O" as CodeChallenge)).toBe(false);
    expect(verifierMatchesChallenge(VERIFIER, "" as CodeChallenge)).toBe(false);
  });

  const verifiers: readonly [string, string, boolean][] = [
    ["42 characters", "a".repeat(42), false],
    ["43 characters", "a".repeat(43), true],
    ["128 characters", "a".repeat(128), true],
    ["129 characters", "a".repeat(129), false],
    ["every unreserved mark", `-._~${"a".repeat(39)}`, true],
    ["a plus", `+${"a".repeat(42)}`, false],
    ["a slash", `/${"a".repeat(42)}`, false],
    ["padding", `${"a".repeat(43)}=`, false],
    ["a space", `${"a".repeat(43)} `, false],
    ["a line feed at its end", `${"a".repeat(43)}\n`, false],
    ["a letter beyond ASCII", `${"a".repeat(43)}é`, false],
    ["nothing in it", "", false],
  ];
  test.each(verifiers)("a verifier with %s is judged by §4.1", (_, text, accepted) => {
    expect(isCodeVerifier(text)).toBe(accepted);
  });

  const challenges: readonly [string, string, boolean][] = [
    ["42 characters", CHALLENGE.slice(0, 42), false],
    ["44 characters", `${CHALLENGE}A`, false],
    ["padding", `${CHALLENGE}=`, false],
    ["a plus instead of a dash", CHALLENGE.replace("-", "+"), false],
    ["spare bits in the last character", `${CHALLENGE.slice(0, 42)}N`, false],
    ["a line feed at its end", `${CHALLENGE}\n`, false],
    ["nothing in it", "", false],
  ];
  test.each(challenges)("a challenge with %s is refused", (_, text, accepted) => {
    expect(isCodeChallenge(text)).toBe(accepted);
  });
});
