/** Threat classes 13, 44 and 51: every credential shows its kind, and no two texts stand for the same one. */
import { describe, expect, test } from "bun:test";
import {
  assembleCredential,
  CREDENTIAL_PREFIXES,
  type CredentialKind,
  digestSecret,
  mintCredential,
  parseCredential,
  parseRecordId,
  recordIdText,
  secretMatches,
  withoutCredentials,
} from "../../src/credentials/credential.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { proves } from "../support/proves.ts";

const clock: Clock = { millis: () => 1_800_000_000_123, seconds: () => 1_800_000_000 };
const KINDS = Object.keys(CREDENTIAL_PREFIXES).filter(
  (name): name is CredentialKind => name in CREDENTIAL_PREFIXES,
);
const mint = (kind: CredentialKind = "access_token") => mintCredential(kind, clock, systemRandom);

describe("credentials", () => {
  test("no prefix is the start of another", () => {
    const prefixes = Object.values(CREDENTIAL_PREFIXES);
    for (const one of prefixes) {
      expect(prefixes.filter((other) => other.startsWith(one))).toEqual([one]);
    }
  });

  test.each(KINDS.map((kind) => [kind]))("%s is left out of what is logged, whole or cut off", (kind) => {
    const { text } = mint(kind);
    expect(withoutCredentials(`the-client:${text}`)).toBe("the-client:…");
    expect(withoutCredentials(`/path/${text.slice(0, 30)}/${text}`)).toBe("/path/…/…");
  });

  test("a JWT is left out as well", () => {
    const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl";
    expect(withoutCredentials(`/path/${jwt}?x`)).toBe("/path/…?x");
    expect(withoutCredentials(jwt.slice(0, 40))).toBe("…");
  });

  test.each(["newsletter_dispatcher_production", "call-center_desktop_application_v2", "cl_tat_0123456789"])(
    "%s is the name of a client, and logged as it is",
    (name) => {
      expect(withoutCredentials(name)).toBe(name);
    },
  );

  test.each(KINDS.map((kind) => [kind]))("%s is a prefix and 64 base64url characters", (kind) => {
    const { text, id, digest } = mint(kind);
    expect(text).toMatch(/^t[a-z]{2}_[A-Za-z0-9\-_]{64}$/);
    expect(text.startsWith(CREDENTIAL_PREFIXES[kind])).toBe(true);
    const presented = parseCredential(kind, text);
    expect(presented && Buffer.from(presented.id).equals(id)).toBe(true);
    expect(presented && secretMatches(presented.secret, digest)).toBe(true);
  });

  test(proves("none is taken for one of another kind", "threat 13"), () => {
    for (const made of KINDS) {
      const { text } = mint(made);
      for (const asked of KINDS) expect(parseCredential(asked, text) !== null).toBe(asked === made);
    }
  });

  test("ids begin with the time, so that they sort by age", () => {
    expect(Buffer.from(mint().id).readUIntBE(0, 6)).toBe(1_800_000_000_123);
  });

  test("two are never alike", () => {
    expect(new Set(Array.from({ length: 100 }, () => mint().text)).size).toBe(100);
  });

  test(
    proves(
      "a text with any character changed is another credential or none",
      "threat 44",
      "RFC 6749 10.3-3",
      "RFC 6749 10.4-6",
      "RFC 6750 5.2-2",
    ),
    () => {
      const { text, id, digest } = mint();
      const original = parseCredential("access_token", text);
      if (original === null) throw new Error("The credential cannot be read.");
      for (let at = 0; at < text.length; at += 1) {
        for (const other of ["A", "b", "-", "_", "=", "+", "/", " ", ".", "\n", "é", ""]) {
          if (other === text[at]) continue;
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          const presented = parseCredential("access_token", changed);
          const same =
            presented !== null &&
            Buffer.from(presented.id).equals(id) &&
            secretMatches(presented.secret, digest);
          expect(same).toBe(false);
        }
      }
    },
  );

  test(proves("a text that is cut or longer is none", "threat 44"), () => {
    const { text } = mint();
    for (let length = 0; length < text.length; length += 1) {
      expect(parseCredential("access_token", text.slice(0, length))).toBeNull();
    }
    for (const tail of ["A", "=", " ", "\n", "\0", text])
      expect(parseCredential("access_token", text + tail)).toBeNull();
    for (const head of [" ", "\ufeff", "tat_"])
      expect(parseCredential("access_token", head + text)).toBeNull();
    expect(parseCredential("access_token", text.replace("tat_", "TAT_"))).toBeNull();
    expect(parseCredential("access_token", text.replace("tat_", ""))).toBeNull();
  });

  test("the digest is that of the secret, which is not in it", () => {
    const secret = systemRandom(32);
    const { id } = mint();
    const { digest, text } = assembleCredential("refresh_token", id, secret);
    expect(Buffer.from(digest).equals(Buffer.from(digestSecret(secret)))).toBe(true);
    expect(secretMatches(secret, digest)).toBe(true);
    expect(secretMatches(systemRandom(32), digest)).toBe(false);
    expect(text).not.toContain(Buffer.from(digest).toString("base64url"));
  });

  test("an id as text is read back, and nothing else is", () => {
    const { id } = mint();
    const text = recordIdText(id);
    expect(parseRecordId(text)).toEqual(id);
    for (const other of [
      "",
      text.slice(1),
      `${text}A`,
      `${text}=`,
      `${text.slice(0, 21)}B`,
      `${text.slice(0, 21)}\n`,
    ]) {
      expect(parseRecordId(other)).toBeNull();
    }
  });
});
