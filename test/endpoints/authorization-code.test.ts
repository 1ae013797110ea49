/** RFC 6749 §4.1.3 with RFC 7636: redeeming codes. Threat classes 6 to 8. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { withOtherEnding } from "../support/changed.ts";
import { challengeOf, VERIFIER } from "../support/code-flow.ts";
import {
  codeFor,
  expectRefusal,
  expectTokens,
  introspectAs,
  isActive,
  type Json,
  postPairsAs,
  redeemCode,
  refresh,
  requestToken,
  textOf,
  tokensFor,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const LEGACY = {
  client_id: "web",
  client_name: "Without PKCE",
  redirect_uris: ["https://client.example/callback", "https://client.example/second?tenant=1"],
  secrets: [SECRET],
  require_pkce: false,
};

let server: TestServer;
/** The same, but `web` is exempt from PKCE. */
let exempt: TestServer;
let person: AccountRecord;
let exemptPerson: AccountRecord;
beforeAll(async () => {
  server = await startTestServer();
  server.clock.freeze();
  exempt = await startTestServer({
    clients: [LEGACY, ...(TEST_CONFIGURATION.clients ?? []).filter(({ client_id }) => client_id !== "web")],
  });
  exemptPerson = await exempt.addPerson("ada");
});
afterAll(async () => {
  await server.close();
  await exempt.close();
});
let people = 0;
beforeEach(async () => {
  people += 1;
  person = await server.addPerson(`ada-${people}`);
});

const NATIVE = { client_id: "native", redirect_uri: "http://127.0.0.1:5000/callback" };

describe("redeeming a code", () => {
  test(
    proves(
      "gives an access token and a refresh token for what the person allowed",
      "RFC 9700 2.3-1",
      "RFC 9700 2.3-2",
    ),
    async () => {
      const body = await expectTokens(await redeemCode(server, await codeFor(server, person)));
      expect(body.scope).toBe("mail.read");
      expect(body.expires_in).toBe(3600);
      expect(textOf(body, "refresh_token")).toMatch(/^trt_[A-Za-z0-9\-_]{64}$/);
      expect(Object.keys(body).sort()).toEqual([
        "access_token",
        "expires_in",
        "refresh_token",
        "scope",
        "token_type",
      ]);
      expect(await introspectAs(server, "web", textOf(body, "access_token"))).toMatchObject({
        active: true,
        client_id: "web",
        sub: person.subject,
        aud: "https://mail.example/",
      });
    },
  );

  test(
    proves(
      "gives no refresh token to a client that is not registered for the grant type",
      "RFC 9700 4.14.2-1",
    ),
    async () => {
      const registered = await server.fetch("/auth/register", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          redirect_uris: ["https://spa.example/x"],
          token_endpoint_auth_method: "none",
        }),
      });
      const body: Json = { ...((await registered.json()) as Json) };
      const clientId = textOf(body, "client_id");
      const tokens = await tokensFor(server, person, {
        client_id: clientId,
        redirect_uri: "https://spa.example/x",
      });
      expect(tokens.refresh_token).toBeUndefined();
    },
  );

  test(
    proves(
      "lets a client leave out the redirect URI, as OAuth 2.1 does, since PKCE binds the code",
      "OpenID Core 3.1.3.2-5",
    ),
    async () => {
      await expectTokens(
        await redeemCode(server, await codeFor(server, person), { redirect_uri: undefined }),
      );
      await expectTokens(await redeemCode(server, await codeFor(server, person), { redirect_uri: "" }));
    },
  );

  test("lets a client send the one that the request left out", async () => {
    const changes = { client_id: "spa", redirect_uri: undefined };
    const redirect_uri = "https://spa.example/";
    await expectTokens(
      await redeemCode(server, await codeFor(server, person, changes), { redirect_uri }, "spa"),
    );
    await expectTokens(await redeemCode(server, await codeFor(server, person, changes), {}, "spa"));
  });

  test.each([
    ["another registered one", "https://client.example/second?tenant=1"],
    ["one that was never registered", "https://evil.example/"],
    ["one with a slash more", "https://client.example/callback/"],
    ["one in other case", "https://client.example/Callback"],
  ])(
    proves(
      "refuses %s as redirect URI",
      "OpenID Core 3.1.3.2-5",
      "RFC 6749 4.1.3-3",
      "RFC 6749 4.1.3-10",
      "RFC 6749 10.6-1",
    ),
    async (_, redirect_uri) => {
      const code = await codeFor(server, person);
      await expectRefusal(await redeemCode(server, code, { redirect_uri }), 400, "invalid_grant");
      await expectTokens(await redeemCode(server, code));
    },
  );

  test(proves("wants the port of a loopback redirect again", "RFC 8252 7.3-1"), async () => {
    const code = await codeFor(server, person, NATIVE);
    for (const redirect_uri of ["http://127.0.0.1:5001/callback", "http://127.0.0.1/callback"]) {
      await expectRefusal(await redeemCode(server, code, { redirect_uri }, "native"), 400, "invalid_grant");
    }
    await expectTokens(await redeemCode(server, code, { redirect_uri: NATIVE.redirect_uri }, "native"));
  });

  test(
    proves(
      "refuses the code of another client, and leaves it to its own",
      "OpenID Core 3.1.3.2-2",
      "RFC 6749 4.1.3-8",
      "RFC 6749 10.5-4",
    ),
    async () => {
      const code = await codeFor(server, person);
      const stolen = await expectRefusal(
        await redeemCode(server, code, { redirect_uri: "https://client.example/callback" }, "spa"),
        400,
        "invalid_grant",
      );
      const unknown = await expectRefusal(
        await redeemCode(server, `tac_${"A".repeat(64)}`, { redirect_uri: undefined }, "spa"),
        400,
        "invalid_grant",
      );
      expect(stolen).toEqual(unknown);
      await expectTokens(await redeemCode(server, code));
    },
  );

  test(
    proves(
      "refuses a code whose secret is wrong with the words of an unknown one, and spends nothing",
      "OpenID Core 3.1.3.2-3",
      "RFC 6749 4.1.3-9",
    ),
    async () => {
      const code = await codeFor(server, person);
      const forged = withOtherEnding(code);
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const body = await expectRefusal(await redeemCode(server, forged), 400, "invalid_grant");
        expect(body.error_description).toBe("The authorization code is not valid for this client.");
      }
      await expectTokens(await redeemCode(server, code));
    },
  );

  test(
    proves(
      "is possible until its lifetime is over, to the second",
      "OpenID Core 3.1.3.2-3",
      "OpenID Core 16.9-1",
      "RFC 6749 4.1.2-2",
      "RFC 6749 10.5-2",
    ),
    async () => {
      const early = await codeFor(server, person);
      const late = await codeFor(server, person);
      server.clock.advance(59);
      await expectTokens(await redeemCode(server, early));
      server.clock.advance(1);
      const body = await expectRefusal(await redeemCode(server, late), 400, "invalid_grant");
      expect(body.error_description).toBe("The authorization code has expired.");
    },
  );
});

describe("a code is used once (threat class 8)", () => {
  test(
    proves(
      "a second use is refused and revokes what the first gave",
      "OpenID Core 3.1.3.2-4",
      "threat 8",
      "RFC 9700 4.2.4-3",
      "RFC 9700 4.2.4-2",
      "RFC 6749 4.1.2-4",
      "RFC 6749 4.1.2-5",
      "RFC 6749 10.5-2",
      "RFC 6749 10.5-3",
    ),
    async () => {
      const code = await codeFor(server, person);
      const tokens = await expectTokens(await redeemCode(server, code));
      const refreshed = await expectTokens(await refresh(server, textOf(tokens, "refresh_token")));
      await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
      for (const body of [tokens, refreshed]) {
        expect(await isActive(server, textOf(body, "access_token"))).toBe(false);
        await expectRefusal(await refresh(server, textOf(body, "refresh_token")), 400, "invalid_grant");
      }
    },
  );

  test.each([
    ["a wrong verifier", { code_verifier: "x".repeat(43) }],
    ["no verifier", { code_verifier: undefined }],
    ["another redirect URI", { redirect_uri: "https://evil.example/" }],
    ["a scope that was not granted", { scope: "files" }],
    ["an unknown resource", { resource: "https://other.example/" }],
  ])(proves("a second use with %s revokes as well", "threat 8"), async (_, changes) => {
    const code = await codeFor(server, person);
    const tokens = await expectTokens(await redeemCode(server, code));
    await expectRefusal(await redeemCode(server, code, changes), 400, "invalid_grant");
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(false);
  });

  test("a second use after the code has expired revokes as well", async () => {
    const code = await codeFor(server, person);
    const tokens = await expectTokens(await redeemCode(server, code));
    server.clock.advance(61);
    await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(false);
  });

  test("a second use by another client gives nothing and takes nothing", async () => {
    const code = await codeFor(server, person);
    const tokens = await expectTokens(await redeemCode(server, code));
    await expectRefusal(await redeemCode(server, code, {}, "spa"), 400, "invalid_grant");
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(true);
  });

  test(
    proves(
      "of twenty at the same time exactly one gets tokens, and none of them live on",
      "RFC 9700 4.2.4-2",
      "RFC 6749 4.1.2-4",
      "RFC 6749 4.1.2-5",
    ),
    async () => {
      const code = await codeFor(server, person);
      const responses = await Promise.all(Array.from({ length: 20 }, () => redeemCode(server, code)));
      const won = responses.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      expect(responses.filter(({ status }) => status === 400)).toHaveLength(19);
      for (const response of won) {
        expect(await isActive(server, textOf(await expectTokens(response), "access_token"))).toBe(false);
      }
    },
  );
});

describe("failed attempts", () => {
  test("a client that fails to authenticate never uses up a code, however often", async () => {
    const code = await codeFor(server, person);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const response = await server.post("/auth/token", {
        grant_type: "authorization_code",
        code,
        client_id: "web",
        client_secret: "wrong",
        code_verifier: VERIFIER,
      });
      await expectRefusal(response, 401, "invalid_client");
    }
    await expectTokens(await redeemCode(server, code));
  });

  test("four guesses are survived", async () => {
    const code = await codeFor(server, person);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expectRefusal(
        await redeemCode(server, code, { code_verifier: "x".repeat(43) }),
        400,
        "invalid_grant",
      );
    }
    await expectTokens(await redeemCode(server, code));
  });

  test.each([
    ["verifiers", { code_verifier: "x".repeat(43) }, "web"],
    ["missing verifiers", { code_verifier: undefined }, "web"],
    ["malformed verifiers", { code_verifier: "short" }, "web"],
    ["redirect URIs", { redirect_uri: "https://evil.example/" }, "web"],
    ["clients", {}, "spa"],
  ])("five wrong %s burn the code (threat class 7)", async (_, changes, clientId) => {
    const code = await codeFor(server, person);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expectRefusal(await redeemCode(server, code, changes, clientId), 400, "invalid_grant");
    }
    const body = await expectRefusal(await redeemCode(server, code), 400, "invalid_grant");
    expect(body.error_description).toBe("The authorization code is no longer valid.");
  });

  test("the number of guesses is a setting", async () => {
    const strict = await startTestServer({ limits: { code_redemption_failures: 1 } });
    try {
      const code = await codeFor(strict, await strict.addPerson("ada"));
      await expectRefusal(
        await redeemCode(strict, code, { code_verifier: "x".repeat(43) }),
        400,
        "invalid_grant",
      );
      await expectRefusal(await redeemCode(strict, code), 400, "invalid_grant");
    } finally {
      await strict.close();
    }
  });

  test("a resource that was not granted spends nothing", async () => {
    const code = await codeFor(server, person);
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await expectRefusal(
        await redeemCode(server, code, { resource: "https://files.example/api" }),
        400,
        "invalid_target",
      );
    }
    await expectTokens(await redeemCode(server, code));
  });
});

// Threat class 6: the downgrade in both directions.
describe("the verifier and the challenge", () => {
  const OTHER = "0123456789-._~abcdefghijklmnopqrstuvwxyzABCDEFGH";
  const verifiers = {
    absent: undefined,
    empty: "",
    ok: VERIFIER,
    wrong: OTHER,
    short: VERIFIER.slice(0, 42),
    long: VERIFIER.padEnd(129, "x"),
    "with a bad character": `${VERIFIER}+`,
    "the challenge itself": challengeOf(VERIFIER),
  };
  type Verifier = keyof typeof verifiers;
  const every = Object.keys(verifiers).filter((name): name is Verifier => name in verifiers);

  test.each(every)(
    proves(
      "with a challenge, the verifier %s decides",
      "RFC 9700 4.8.2-2",
      "RFC 9700 2.1.1-2",
      "RFC 9700 2.1.1-1",
      "RFC 7636 4.4-1",
      "RFC 7636 4.5-1",
      "RFC 7636 4.6-1",
      "RFC 7636 4.6-2",
    ),
    async (name) => {
      const response = await redeemCode(server, await codeFor(server, person), {
        code_verifier: verifiers[name],
      });
      if (name === "ok") await expectTokens(response);
      else await expectRefusal(response, 400, "invalid_grant");
    },
  );

  test.each(every)(
    proves(
      "with a challenge, the verifier %s decides for an exempt client as well",
      "RFC 9700 2.1.1-2",
      "RFC 9700 4.8.2-1",
    ),
    async (name) => {
      const code = await codeFor(exempt, exemptPerson);
      const response = await redeemCode(exempt, code, { code_verifier: verifiers[name] });
      if (name === "ok") await expectTokens(response);
      else await expectRefusal(response, 400, "invalid_grant");
    },
  );

  test.each(every)(
    proves(
      "without a challenge, which an exempt client may leave out, the verifier %s decides",
      "RFC 9700 2.1.1-3",
      "RFC 9700 4.8.2-1",
      "RFC 9700 4.8.2-3",
    ),
    async (name) => {
      const code = await codeFor(exempt, exemptPerson, {
        code_challenge: undefined,
        code_challenge_method: undefined,
      });
      const response = await redeemCode(exempt, code, { code_verifier: verifiers[name] });
      if (name === "absent" || name === "empty") await expectTokens(response);
      else await expectRefusal(response, 400, "invalid_grant");
    },
  );

  test(
    proves(
      "without a challenge the redirect URI must be there again, as nothing else binds the code",
      "RFC 6749 4.1.3-3",
      "RFC 6749 4.1.3-10",
      "RFC 6749 10.6-1",
    ),
    async () => {
      const changes = { code_challenge: undefined, code_challenge_method: undefined };
      const code = await codeFor(exempt, exemptPerson, changes);
      await expectRefusal(
        await redeemCode(exempt, code, { code_verifier: undefined, redirect_uri: undefined }),
        400,
        "invalid_grant",
      );
      await expectTokens(await redeemCode(exempt, code, { code_verifier: undefined }));
    },
  );

  test("a verifier that is too short is refused even if the challenge was made from it", async () => {
    for (const verifier of ["short", VERIFIER.slice(1), VERIFIER.padEnd(129, "x")]) {
      const code = await codeFor(server, person, { code_challenge: challengeOf(verifier) });
      const body = await expectRefusal(
        await redeemCode(server, code, { code_verifier: verifier }),
        400,
        "invalid_grant",
      );
      expect(body.error_description).toContain("43 to 128 characters");
    }
  });

  test("five verifiers that nobody asked for burn the code too", async () => {
    const code = await codeFor(exempt, exemptPerson, {
      code_challenge: undefined,
      code_challenge_method: undefined,
    });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expectRefusal(await redeemCode(exempt, code), 400, "invalid_grant");
    }
    await expectRefusal(await redeemCode(exempt, code, { code_verifier: undefined }), 400, "invalid_grant");
  });

  test(proves("the longest verifier works", "RFC 7636 4.6-1"), async () => {
    const verifier = VERIFIER.padEnd(128, "~");
    const code = await codeFor(server, person, { code_challenge: challengeOf(verifier) });
    await expectTokens(await redeemCode(server, code, { code_verifier: verifier }));
  });
});

describe("narrowing what was allowed", () => {
  const BOTH = { scope: "mail.read files" };

  test(
    proves(
      "a code without resource is for those that use its scopes",
      "RFC 9700 4.10-2",
      "RFC 9700 2.3-2",
      "RFC 6750 5.3-4",
    ),
    async () => {
      const body = await expectTokens(await redeemCode(server, await codeFor(server, person, BOTH)));
      const told = await introspectAs(server, "web", textOf(body, "access_token"));
      expect(told.aud).toEqual(["https://mail.example/", "https://files.example/api"]);
      expect(told.scope).toBe("mail.read files");
    },
  );

  test(
    proves(
      "a resource at the token endpoint narrows audience and scope (RFC 8707 §2.2)",
      "OpenID Core 16.8-1",
      "RFC 9700 4.10-2",
      "RFC 9700 2.3-1",
      "RFC 8707 2-4",
    ),
    async () => {
      const code = await codeFor(server, person, BOTH);
      const body = await expectTokens(
        await redeemCode(server, code, { resource: "https://files.example/api" }),
      );
      expect(body.scope).toBe("files");
      const told = await introspectAs(server, "web", textOf(body, "access_token"));
      expect(told.aud).toBe("https://files.example/api");
    },
  );

  test("several resources may be named", async () => {
    const code = await codeFor(server, person, BOTH);
    const response = await postPairsAs(server, "web", "/auth/token", [
      ["grant_type", "authorization_code"],
      ["code", code],
      ["code_verifier", VERIFIER],
      ["resource", "https://files.example/api"],
      ["resource", "https://mail.example"],
    ]);
    expect((await expectTokens(response)).scope).toBe("mail.read files");
  });

  test(
    proves("a scope at the token endpoint narrows the scope", "RFC 9700 2.3-1", "FAPI 2.0 5.3.2.1-14"),
    async () => {
      const code = await codeFor(server, person, BOTH);
      expect((await expectTokens(await redeemCode(server, code, { scope: "files" }))).scope).toBe("files");
    },
  );

  test.each([
    ["mail.read mail.send", "mail.read"],
    ["openid mail.read  files offline_access", "mail.read files"],
    ["everything", "mail.read files"],
    ['"', "mail.read files"],
  ])(
    proves("the scope %j at the token endpoint gives what of it was granted", "RFC 9700 2.3-4"),
    async (scope, given) => {
      const code = await codeFor(server, person, BOTH);
      const tokens = await expectTokens(await redeemCode(server, code, { scope }));
      expect(tokens.scope).toBe(given);
      expect((await introspectAs(server, "web", textOf(tokens, "access_token"))).scope).toBe(given);
    },
  );

  test.each([
    ["a resource that was not allowed", { resource: "https://auth.example" }, "invalid_target"],
    ["an unknown resource", { resource: "https://other.example" }, "invalid_target"],
    ["a malformed resource", { resource: "mail" }, "invalid_target"],
    [
      "a resource that uses none of the scopes",
      { scope: "mail.read", resource: "https://files.example/api" },
      "invalid_target",
    ],
  ])(proves("%s is refused", "RFC 9700 2.3-4"), async (_, changes, error) => {
    const code = await codeFor(server, person, BOTH);
    await expectRefusal(await redeemCode(server, code, changes), 400, error);
  });

  test(
    proves("resources are bound at consent: one that was not named then cannot be had later", "RFC 8707 2-4"),
    async () => {
      const code = await codeFor(server, person, { ...BOTH, resource: "https://mail.example/" });
      await expectRefusal(
        await redeemCode(server, code, { resource: "https://files.example/api" }),
        400,
        "invalid_target",
      );
      const body = await expectTokens(await redeemCode(server, code));
      expect(body.scope).toBe("mail.read");
      expect((await introspectAs(server, "web", textOf(body, "access_token"))).aud).toBe(
        "https://mail.example/",
      );
    },
  );
});

// Threat classes 13 and 51: the server never takes one credential for another.
describe("credentials of other kinds", () => {
  test("are no codes, and codes are nothing else", async () => {
    const code = await codeFor(server, person);
    const tokens = await tokensFor(server, person);
    for (const wrong of [
      textOf(tokens, "access_token"),
      textOf(tokens, "refresh_token"),
      "tac_",
      "x",
      code.slice(4),
    ]) {
      await expectRefusal(await redeemCode(server, wrong), 400, "invalid_grant");
    }
    await expectRefusal(await refresh(server, code), 400, "invalid_grant");
    await expectRefusal(
      await requestToken(server, "television", {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: code,
      }),
      400,
      "invalid_grant",
    );
    expect(await isActive(server, code)).toBe(false);
    expect(await isActive(server, textOf(tokens, "access_token"))).toBe(true);
    await expectTokens(await redeemCode(server, code));
  });
});
