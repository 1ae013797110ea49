/** RFC 6749 §4.1, RFC 7636. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { confirmationOf } from "../../src/protocol/bindings.ts";
import type { Reason } from "../../src/protocol/errors.ts";
import type { CodeChallenge } from "../../src/protocol/identifiers.ts";
import {
  type Authorization,
  type AuthorizationFacts,
  authorize,
  type CodeFacts,
  type CodeRequest,
  codeFault,
  countFailure,
  covers,
  earlierAnswer,
  redeemCode,
  refuseCode,
} from "../../src/rules/authorization-code.ts";
import { allowClient } from "../../src/rules/client.ts";
import { issueTokens } from "../../src/rules/grant.ts";
import { SPARE_SECONDS } from "../../src/rules/once.ts";
import { hold, insert, put, update } from "../../src/store/contract.ts";
import { consents, grants } from "../../src/store/tables/grants.ts";
import { once } from "../../src/store/tables/once.ts";
import { accounts } from "../../src/store/tables/people.ts";
import { codes } from "../../src/store/tables/requests.ts";
import { sessions } from "../../src/store/tables/sign-in.ts";
import { newConsent, newSession, redirectUri } from "../store/records.ts";
import {
  ACCOUNT,
  aCode,
  aGrant,
  anIssuance,
  CLIENT,
  DISABLED,
  NOW,
  newId,
  presented,
  resources,
  scopes,
  toldBy,
  WRONG_SECRET,
} from "./facts.ts";

const grant = aGrant({ activatedAt: null, expiresAt: NOW + 60 });
const code = aCode(grant);
const about = { subject: grant.subject, client: grant.clientId, grant: grant.id };

describe("a person's yes", () => {
  const form = { id: newId(), expiresAt: NOW + 600, sealed: "sealed" };
  const answered = { kind: "form", id: form.id, expiresAt: form.expiresAt, resultId: code.id } as const;
  const facts: AuthorizationFacts = {
    client: CLIENT,
    account: ACCOUNT,
    consent: null,
    session: null,
    form: null,
  };
  const asked: Authorization = { now: NOW, grant, code, consent: null, form };
  const remembered = newConsent(grant);

  test("stores the grant and its code, once for the form, while person and client stay as they are", () => {
    const decision = authorize(facts, asked);
    expect(decision.outcome).toBe("authorized");
    expect(decision.changes).toEqual([
      hold(accounts, { subject: ACCOUNT.subject }, { revision: ACCOUNT.revision }),
      allowClient(CLIENT, NOW),
      insert(once, {
        kind: "form",
        id: form.id,
        expiresAt: form.expiresAt + SPARE_SECONDS,
        resultId: code.id,
      }),
      insert(grants, grant),
      insert(codes, code),
    ]);
    expect(decision.events).toEqual([
      { event: "consent.given", ...about },
      { event: "code.issued", ...about },
    ]);
  });

  describe("that signs the person in at an application", () => {
    const session = newSession({ subject: grant.subject });
    const signIn = { ...grant, scope: scopes("openid"), session: session.continuity };
    const identifying = { ...asked, grant: signIn };

    test("counts while the session is there, and the session ends no sooner", () => {
      expect(authorize({ ...facts, session }, identifying).changes).toContainEqual(
        hold(sessions, { id: session.id }, { continuity: session.continuity }),
      );
      expect(authorize({ ...facts, session }, asked).changes?.some(({ table }) => table === sessions)).toBe(
        false,
      );
    });

    test("does not count after the session", () => {
      expect(authorize(facts, identifying)).toEqual({ outcome: "signed_out" });
    });
  });

  test("keeps the grant as long as its code at least", () => {
    const late = { ...code, expiresAt: NOW + 100 };
    expect(authorize(facts, { ...asked, code: late }).changes).toContainEqual(
      insert(grants, { ...grant, expiresAt: NOW + 100 }),
    );
    const long = { ...grant, expiresAt: NOW + 1000 };
    expect(authorize(facts, { ...asked, grant: long }).changes).toContainEqual(insert(grants, long));
  });

  test("is remembered in place of what was remembered before", () => {
    const { changes = [] } = authorize({ ...facts, consent: remembered }, { ...asked, consent: remembered });
    expect(changes).toContainEqual(put(consents, remembered));
    expect(authorize(facts, asked).changes?.some(({ table }) => table === consents)).toBe(false);
  });

  test("that is remembered is held, and no form is needed", () => {
    const silent: Authorization = { ...asked, consent: "remembered", form: null };
    const decision = authorize({ ...facts, consent: remembered }, silent);
    const { subject, clientId, recipient, scope, resources: audience } = remembered;
    expect(decision.changes).toContainEqual(
      hold(
        consents,
        { subject, clientId, recipient },
        { scope, resources: audience, authorizationDetails: null },
      ),
    );
    expect(decision.changes?.some(({ table }) => table === once)).toBe(false);
    expect(decision.changes?.some(({ act }) => act === "put")).toBe(false);
    // The server did not ask the person.
    expect(toldBy(decision)).toEqual(["code.issued"]);
  });

  const refusals: [string, Partial<AuthorizationFacts>, Partial<Authorization>?][] = [
    ["the client is gone", { client: null }],
    ["the client is disabled", { client: { ...CLIENT, ...DISABLED } }],
    [
      "the client has moved to another address",
      { client: { ...CLIENT, redirectUris: [redirectUri("https://other.example/")] } },
    ],
    ["the person is gone", { account: null }],
    ["the person is disabled", { account: { ...ACCOUNT, ...DISABLED } }],
    ["it was remembered and is forgotten", { consent: null }, { consent: "remembered", form: null }],
    [
      "what is remembered has not all of the scope",
      { consent: { ...remembered, scope: scopes("mail") } },
      { consent: "remembered", form: null },
    ],
    [
      "what is remembered has not all of the resources",
      { consent: { ...remembered, resources: resources("https://mail.example/") } },
      { consent: "remembered", form: null },
    ],
    // Before the form: the person may answer it again.
    ["the person is disabled and the form answered", { account: null, form: answered }],
  ];
  for (const [what, wrong, wish = {}] of refusals) {
    test(`counts for nothing if ${what}`, () => {
      expect(authorize({ ...facts, ...wrong }, { ...asked, ...wish })).toEqual({ outcome: "refused" });
    });
  }

  test("counts once: the form is answered then", () => {
    const again = { ...facts, form: answered };
    expect(authorize(again, asked)).toEqual({ outcome: "form_answered" });
  });

  test("is answered again as at first, while the code is unused and in time", () => {
    expect(earlierAnswer(answered, code, NOW)).toEqual({ code });
    expect(earlierAnswer({ ...answered, resultId: null }, null, NOW)).toBe("denied");
    expect(earlierAnswer(answered, { ...code, usedAt: NOW }, NOW)).toBe("answered");
    expect(earlierAnswer(answered, code, code.expiresAt)).toBe("answered");
    expect(earlierAnswer(answered, null, NOW)).toBe("answered");
    expect(earlierAnswer(null, null, NOW)).toBe("answered");
  });

  test("counts until the form expires, to the second: then it is not known whether it was answered", () => {
    const at = (expiresAt: number) => authorize(facts, { ...asked, form: { ...form, expiresAt } }).outcome;
    expect(at(NOW + 1)).toBe("authorized");
    expect(at(NOW)).toBe("form_answered");
  });
});

describe("a consent covers", () => {
  const consent = newConsent(grant, { scope: scopes("a", "b"), resources: resources("urn:a", "urn:b") });
  test.each([
    ["all of it", "a b", "urn:a urn:b", true],
    ["a part of it, in any order", "b", "urn:b urn:a", true],
    ["nothing at all", "", "", true],
    ["no other scope", "a c", "urn:a", false],
    ["no other resource", "a", "urn:c", false],
  ])("%s", (_, scope, audience, is) => {
    const list = (text: string) => (text === "" ? [] : text.split(" "));
    const wanted = {
      scope: scopes(...list(scope)),
      resources: resources(...list(audience)),
      authorizationDetails: null,
    };
    expect(covers(consent, wanted)).toBe(is);
    expect(covers(null, wanted)).toBe(false);
  });
});

const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url") as CodeChallenge;
const REDIRECT_URI = code.redirectUri;

describe("what is wrong with redeeming a code", () => {
  const sound: CodeRequest = { redirectUri: REDIRECT_URI, codeVerifier: VERIFIER, shown: null };
  const challenged = { ...code, codeChallenge: CHALLENGE };
  type Row = [
    what: string,
    Reason | null,
    { facts?: Partial<CodeFacts>; request?: Partial<CodeRequest>; client?: string; wrong?: boolean },
  ];
  const revoked = { ...grant, revokedAt: NOW };
  const rows: Row[] = [
    ["nothing, with the right redirect URI and verifier", null, {}],
    ["that there is none", "code_unknown", { facts: { code: null } }],
    ["that its grant is gone", "code_unknown", { facts: { grant: null } }],
    ["that its secret is another", "code_unknown", { wrong: true }],
    ["that it is of another client", "code_of_other_client", { client: "another" }],
    ["that it is revoked", "code_revoked", { facts: { grant: revoked } }],
    ["that it has expired", "code_expired", { facts: { code: { ...challenged, expiresAt: NOW } } }],
    // RFC 6749 §4.1.3.
    ["another redirect URI", "code_redirect_uri_mismatch", { request: { redirectUri: `${REDIRECT_URI}?` } }],
    ["an empty redirect URI", "code_redirect_uri_mismatch", { request: { redirectUri: "" } }],
    ["nothing without the redirect URI, as PKCE binds it", null, { request: { redirectUri: undefined } }],
    [
      "that the redirect URI is missing, if nothing else binds it",
      "code_redirect_uri_mismatch",
      { facts: { code }, request: { redirectUri: undefined, codeVerifier: undefined } },
    ],
    [
      "nothing without the redirect URI, if the request did not name it either",
      null,
      {
        facts: { code: { ...code, redirectUriRequested: false } },
        request: { redirectUri: undefined, codeVerifier: undefined },
      },
    ],
    [
      "another redirect URI, though the request did not name it",
      "code_redirect_uri_mismatch",
      {
        facts: { code: { ...code, redirectUriRequested: false } },
        request: { redirectUri: "https://thief.example/", codeVerifier: undefined },
      },
    ],
    // RFC 7636 §4.6, RFC 9700 §2.1.1.
    [
      "nothing without a verifier where there was no challenge",
      null,
      {
        facts: { code },
        request: { codeVerifier: undefined },
      },
    ],
    ["a verifier where there was no challenge", "code_verifier_unexpected", { facts: { code } }],
    [
      "no verifier where there was a challenge",
      "code_verifier_missing",
      { request: { codeVerifier: undefined } },
    ],
    ["a verifier that is none", "code_verifier_malformed", { request: { codeVerifier: "short" } }],
    ["another verifier", "code_verifier_wrong", { request: { codeVerifier: VERIFIER.replace("d", "e") } }],
    [
      "the challenge in place of the verifier",
      "code_verifier_wrong",
      { request: { codeVerifier: CHALLENGE } },
    ],
    // The code was used: whatever else is wrong, this is a replay.
    [
      "nothing, if it was used: that is for the redemption to say",
      null,
      {
        facts: { code: { ...challenged, usedAt: NOW - 1, expiresAt: NOW - 1 }, grant: revoked },
        request: { codeVerifier: "short", redirectUri: "x" },
      },
    ],
    [
      "that it is of another client, also if it was used",
      "code_of_other_client",
      {
        facts: { code: { ...challenged, usedAt: NOW } },
        client: "another",
      },
    ],
    [
      "that its secret is another, before anything else",
      "code_unknown",
      {
        facts: { code: { ...challenged, usedAt: NOW }, grant: revoked },
        client: "another",
        wrong: true,
      },
    ],
  ];
  for (const [what, reason, { facts = {}, request = {}, client = CLIENT.clientId, wrong }] of rows) {
    test(`is ${what}`, () => {
      const credential = presented(wrong ? WRONG_SECRET : undefined);
      const found = { code: challenged, grant, ...facts };
      expect(codeFault(credential, found, client, { ...sound, ...request }, NOW)).toBe(reason);
    });
  }

  test("is that it is bound to a key which the request does not prove to have", () => {
    const key = confirmationOf("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    const other = confirmationOf("jkt", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    const found = { code: { ...challenged, confirmation: key }, grant };
    const of = (shown: typeof key | null) =>
      codeFault(presented(), found, CLIENT.clientId, { ...sound, shown }, NOW);
    expect(of(key)).toBeNull();
    expect(of(other)).toBe("code_of_other_key");
    expect(of(null)).toBe("code_of_other_key");
    expect(
      codeFault(presented(), { code: challenged, grant }, CLIENT.clientId, { ...sound, shown: key }, NOW),
    ).toBeNull();
  });

  test("is that it is none, if its text is none", () => {
    expect(codeFault(null, { code, grant }, CLIENT.clientId, sound, NOW)).toBe("code_unknown");
  });

  test("is to the second that it has expired", () => {
    const found = { code: challenged, grant };
    const at = (now: number) => codeFault(presented(), found, CLIENT.clientId, sound, now);
    expect(at(code.expiresAt - 1)).toBeNull();
    expect(at(code.expiresAt)).toBe("code_expired");
  });
});

describe("a redemption that is refused", () => {
  const LIMIT = 3;
  const count = update(codes, { id: code.id }, { failedAttempts: 0 }, { failedAttempts: 1 });
  const counted: Reason[] = [
    "code_of_other_client",
    "code_redirect_uri_mismatch",
    "code_verifier_missing",
    "code_verifier_malformed",
    "code_verifier_wrong",
    "code_verifier_unexpected",
  ];
  for (const reason of counted) {
    test(`counts against the code: ${reason}`, () => {
      expect(refuseCode({ code, grant }, reason, LIMIT)).toEqual({
        outcome: { refused: reason },
        changes: [count],
      });
    });
  }

  test.each(["code_unknown", "code_expired", "code_revoked"] as const)(
    "does not count, as no guess would help: %s",
    (reason) => {
      expect(refuseCode({ code, grant }, reason, LIMIT)).toEqual({ outcome: { refused: reason } });
    },
  );

  test("counts for nothing where there is no code", () => {
    const refusal = refuseCode({ code: null, grant: null }, "code_verifier_wrong", LIMIT);
    expect(refusal).toEqual({ outcome: { refused: "code_verifier_wrong" } });
  });

  test("counts up to the limit, each one on what was counted before", () => {
    const failed = (failedAttempts: number) => countFailure({ ...code, failedAttempts }, LIMIT);
    expect(failed(2)).toEqual([update(codes, { id: code.id }, { failedAttempts: 2 }, { failedAttempts: 3 })]);
    expect(failed(3)).toEqual([]);
  });
});

describe("redeeming a code", () => {
  const LIMIT = 3;
  const issuance = anIssuance(grant);
  const redeem = (facts: Partial<CodeFacts>, client: Parameters<typeof redeemCode>[1] = CLIENT) =>
    redeemCode({ code, grant, ...facts }, client, LIMIT, issuance);

  test("issues tokens and uses it up, as long as it is unused, and no failure was counted meanwhile", () => {
    const decision = redeem({ code: { ...code, failedAttempts: 2 } });
    expect(decision.outcome).toBe("issued");
    expect(decision.changes).toEqual([
      ...issueTokens(grant, CLIENT, issuance),
      update(codes, { id: code.id }, { usedAt: null, failedAttempts: 2 }, { usedAt: NOW }),
    ]);
    expect(decision.events).toEqual([{ event: "token.issued", via: "authorization_code", ...about }]);
  });

  const used = { ...code, usedAt: NOW - 1 };
  const replays: [string, Partial<CodeFacts>, Parameters<typeof redeemCode>[1]?][] = [
    ["it was used", { code: used }],
    ["it was used and has expired since", { code: { ...used, expiresAt: NOW - 1 } }],
    ["it was used and is burnt", { code: { ...used, failedAttempts: LIMIT } }],
    ["it was used and its client is disabled", { code: used }, { ...CLIENT, ...DISABLED }],
    ["it was used and its client is gone", { code: used }, null],
  ];
  for (const [what, facts, client] of replays) {
    test(`ends all that it issued if ${what} (RFC 6749 §4.1.2)`, () => {
      const decision = client === undefined ? redeem(facts) : redeem(facts, client);
      expect(decision.outcome).toBe("replayed");
      expect(decision.changes).toEqual([
        update(
          grants,
          { id: grant.id },
          { revokedAt: null },
          { revokedAt: NOW, revokedReason: "code_replayed" },
        ),
      ]);
      expect(toldBy(decision)).toEqual(["code.replayed"]);
    });
  }

  test("is refused if its client is disabled or gone", () => {
    for (const client of [{ ...CLIENT, ...DISABLED }, null]) {
      expect(redeem({}, client)).toEqual({ outcome: "refused" });
    }
  });

  test.each<[string, Partial<CodeFacts>]>([
    ["there is none", { code: null }],
    ["its grant is gone", { grant: null }],
    ["its grant is revoked", { grant: { ...grant, revokedAt: NOW - 1 } }],
    ["it expires now", { code: { ...code, expiresAt: NOW } }],
    ["failures have burnt it", { code: { ...code, failedAttempts: LIMIT } }],
  ])("is refused if %s", (_, facts) => {
    expect(redeem(facts)).toEqual({ outcome: "refused" });
  });
});
