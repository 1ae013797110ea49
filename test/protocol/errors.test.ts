import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { OAuthError, REASONS, type Reason, toDescriptionCharacters } from "../../src/protocol/errors.ts";
import { proves } from "../support/proves.ts";

const FILES = join(import.meta.dir, "../../src/protocol/errors");
const entries = Object.entries<(typeof REASONS)[Reason]>(REASONS);
const publicWords = (reason: Reason) => {
  const { error, status, description } = REASONS[reason];
  return { error, status, description };
};

describe("the vocabulary of errors", () => {
  test.each(entries)(
    proves(
      "%s has a description that may be sent (RFC 6749 §5.2) and a cure",
      "RFC 6749 4.1.2.1-4",
      "RFC 6749 5.2-3",
      "RFC 6749 5.2-4",
      "RFC 6749 8.5-2",
    ),
    (_, entry) => {
      expect(entry.description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
      expect<string>(entry.description).toBe(toDescriptionCharacters(entry.description));
      expect(entry.cure.length).toBeGreaterThan(10);
      expect(entry.error).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    },
  );

  test("no reason is in two of its files: one of them would be lost", async () => {
    const declared: string[] = [];
    for (const file of new Glob("*.ts").scanSync(FILES)) {
      for (const [, names = ""] of (await Bun.file(join(FILES, file)).text()).matchAll(
        /export const \w+_REASONS = \{\n(.*?)\n\} as const/gs,
      ))
        declared.push(...[...names.matchAll(/^ {2}(\w+):/gm)].map(([, name = ""]) => name));
    }
    expect(declared.toSorted()).toEqual(Object.keys(REASONS).toSorted());
  });

  // Reasons that an attacker must not tell apart (THREATS 16, 34): the same code, status and description.
  const alike: readonly (readonly Reason[])[] = [
    [
      "client_unknown",
      "client_disabled",
      "client_secret_wrong",
      "client_secret_missing",
      "client_method_not_registered",
    ],
    ["code_unknown", "code_of_other_client"],
    ["refresh_token_unknown", "refresh_token_of_other_client", "refresh_token_revoked"],
    ["device_code_unknown", "device_code_of_other_client", "device_code_used"],
    ["auth_req_id_unknown", "auth_req_id_of_other_client", "auth_req_id_used"],
    ["bearer_token_unknown", "bearer_token_of_other_audience"],
  ];
  test.each(alike.map((reasons) => [reasons.join(", "), reasons] as const))(
    "%s sound the same",
    (_, reasons) => {
      const [first, ...others] = reasons;
      if (first === undefined) throw new Error("There is nothing to compare.");
      for (const other of others) expect(publicWords(other)).toEqual(publicWords(first));
    },
  );

  test("statuses belong to their codes", () => {
    for (const [reason, { error, status }] of entries) {
      const expected: Record<string, readonly number[]> = {
        invalid_client: reason === "authorize_client_unknown" ? [400] : [401],
        invalid_token: [401],
        insufficient_scope: [403],
        insufficient_user_authentication: [401],
        server_error: [500],
        temporarily_unavailable: [429, 503],
        not_found: [404],
        invalid_client_metadata: [400, 413],
        invalid_request: [400, 405, 413, 415, 422],
        conflict: [409],
        precondition_failed: [412],
        access_denied: reason === "person_asked_too_often" ? [429] : [400, 403],
      };
      expect(`${reason}: ${(expected[error] ?? [400]).includes(status)}`).toBe(`${reason}: true`);
    }
  });

  test("no public word names an internal thing", () => {
    for (const [reason, { description }] of entries) {
      expect(`${reason}: ${/sqlite|stack|exception|undefined|null|database/i.test(description)}`).toBe(
        `${reason}: false`,
      );
    }
  });

  test(
    proves(
      "descriptions are kept within the characters that RFC 6749 §5.2 allows",
      "RFC 6749 4.1.2.1-5",
      "RFC 6749 5.2-4",
    ),
    () => {
      expect(toDescriptionCharacters('say "hi" \\ now\r\nWarning: x')).toBe("say 'hi' ? now??Warning: x");
      expect(toDescriptionCharacters("naïve €")).toBe("na?ve ?");
      expect(toDescriptionCharacters("x".repeat(1000))).toHaveLength(400);
    },
  );

  test("a refusal takes over what the check knows, and cleans it", () => {
    const refusal = new OAuthError("scope_unknown", { description: 'The scope "a\n" does not exist here.' });
    expect(refusal.error).toBe("invalid_scope");
    expect(refusal.status).toBe(400);
    expect(refusal.description).toBe("The scope 'a?' does not exist here.");
    expect(refusal.message).toBe("scope_unknown");
  });

  test("a refusal is an Error, and keeps no stack: it is made for every device that asks too early", () => {
    const refusal = new OAuthError("authorization_pending");
    expect(refusal).toBeInstanceOf(Error);
    expect(Object.hasOwn(refusal, "stack")).toBe(false);
    expect(String(refusal)).toBe("OAuthError: authorization_pending");
  });

  test("more detail keeps the reason and what was known before", () => {
    const refusal = new OAuthError("scope_unknown", { description: "first" }).with({ clientId: "c" });
    expect(refusal.reason).toBe("scope_unknown");
    expect(refusal.description).toBe("first");
    expect(refusal.detail.clientId).toBe("c");
  });
});
