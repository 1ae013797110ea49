import { describe, expect, test } from "bun:test";
import type { PresentedAccessToken } from "../../src/credentials/access-token-formats.ts";
import { secretMatches } from "../../src/credentials/credential.ts";
import {
  type AccessTokenFacts,
  liveAccessToken,
  presentedAccessToken,
  revokeAccessToken,
} from "../../src/rules/access-token.ts";
import { remove } from "../../src/store/contract.ts";
import { accessTokens } from "../../src/store/tables/tokens.ts";
import {
  ACCOUNT,
  aGrant,
  anAccessToken,
  CLIENT,
  DIGEST,
  DISABLED,
  NOW,
  presented,
  resources,
  scopes,
  WRONG_SECRET,
} from "./facts.ts";

const grant = aGrant();
const token = anAccessToken(grant);
const own = anAccessToken(null, { scope: scopes("files"), resources: resources("urn:files") });
const alive: AccessTokenFacts = { token, grant, client: CLIENT };

describe("an access token is alive", () => {
  test("for the person who allowed it, with what its grant has", () => {
    expect(liveAccessToken(alive, NOW)).toEqual({
      id: token.id,
      digest: DIGEST,
      clientId: CLIENT.clientId,
      subject: ACCOUNT.subject,
      scope: grant.scope,
      resources: grant.resources,
      confirmation: null,
      authorizationDetails: null,
      issuedAt: NOW,
      expiresAt: token.expiresAt,
      exchange: null,
      grant,
    });
  });

  test("for the client itself, with its own scope and audience", () => {
    expect(liveAccessToken({ token: own, grant: null, client: CLIENT }, NOW)).toMatchObject({
      clientId: CLIENT.clientId,
      subject: CLIENT.clientId,
      scope: ["files"],
      resources: ["urn:files"],
      grant: null,
    });
  });

  test.each([
    ["part of the grant", scopes("mail"), resources("urn:a")],
    ["nothing of it", scopes(), resources()],
  ])("with %s, if it was issued with that", (_, scope, audience) => {
    const part = anAccessToken(grant, { scope, resources: audience });
    expect(liveAccessToken({ ...alive, token: part }, NOW)).toMatchObject({ scope, resources: audience });
  });

  test("until it expires, to the second", () => {
    expect(liveAccessToken(alive, token.expiresAt - 1)).not.toBeNull();
    expect(liveAccessToken(alive, token.expiresAt)).toBeNull();
  });

  test.each<[string, Partial<AccessTokenFacts>]>([
    ["there is none", { token: null }],
    ["its client is gone", { client: null }],
    ["its client is disabled", { client: { ...CLIENT, ...DISABLED } }],
    ["its grant is gone", { grant: null }],
    ["its grant is revoked", { grant: { ...grant, revokedAt: NOW - 1 } }],
  ])("but not if %s", (_, facts) => {
    expect(liveAccessToken({ ...alive, ...facts }, NOW)).toBeNull();
  });
});

/** An opaque token, as its format recognizes it. */
const shown = (...secret: Parameters<typeof presented>): PresentedAccessToken => {
  const { id, secret: bytes } = presented(...secret);
  return { id, proves: (digest) => secretMatches(bytes, digest) };
};

describe("an access token that is presented", () => {
  test("must have the right secret", () => {
    expect(presentedAccessToken(shown(), alive, NOW)).toEqual(liveAccessToken(alive, NOW));
    expect(presentedAccessToken(shown(WRONG_SECRET), alive, NOW)).toBeNull();
  });

  test("must be alive, whatever its secret", () => {
    expect(presentedAccessToken(shown(), { ...alive, client: null }, NOW)).toBeNull();
    expect(presentedAccessToken(shown(), alive, token.expiresAt)).toBeNull();
  });
});

describe("revoking an access token", () => {
  test("removes it, and has room in an overload", () => {
    const { outcome, changes, urgent, events } = revokeAccessToken(token, { client: "mail" });
    expect(outcome).toBe(true);
    expect(changes).toEqual([remove(accessTokens, { id: token.id })]);
    expect(urgent).toBe(true);
    expect(events).toEqual([{ event: "token.revoked", client: "mail", grant: grant.id }]);
  });

  test("that is not there needs no commit", () => {
    expect(revokeAccessToken(null)).toEqual({ outcome: false });
  });
});
