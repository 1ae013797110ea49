/** RFC 9126: pushed authorization requests, from the push to the code. Threat classes 14, 42 and 89. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { newClientNumber } from "../../src/clients/clients.ts";
import { ANSWER_SECONDS, longestRequest } from "../../src/rules/pushed-request.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { withOtherEnding } from "../support/changed.ts";
import {
  type AuthorizationParameters,
  answerConsentAt,
  authorizePath,
  challengeOf,
  formsOf,
  redirectOf,
  VERIFIER,
} from "../support/code-flow.ts";
import { newProofKey, type ProofChanges, type ProofKey, proofHeader, requestBound } from "../support/dpop.ts";
import {
  expectRefusal,
  expectTokens,
  jsonOf,
  postRegistration,
  redeemCode,
  textOf,
} from "../support/flows.ts";
import { addPersonWithPassword, openBrowser, PASSWORD, textOf as pageText } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { postPush, push, pushedPath } from "../support/pushed.ts";
import {
  basic,
  ISSUER,
  SECRET,
  startTestServer,
  TEST_CONFIGURATION,
  type TestServer,
} from "../support/server.ts";
import { codeForm } from "../support/token-requests.ts";

const CALLBACK = "https://client.example/callback";
const REQUEST_URI = /^urn:ietf:params:oauth:request_uri:tpr_[A-Za-z0-9_-]{64}$/;

let server: TestServer;
let ada: AccountRecord;
let bob: AccountRecord;
let cookie = "";
let key: CryptoKey;
beforeAll(async () => {
  const pair = await generateKeyPair("ES256");
  key = pair.privateKey;
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "key" }] };
  const client = (client_id: string, more = {}) => ({
    client_id,
    client_name: client_id,
    secrets: [SECRET],
    redirect_uris: [CALLBACK],
    ...more,
  });
  server = await startTestServer({
    registration: { mode: "open" },
    limits: { pushed_requests_per_address: 10_000 },
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      client("other"),
      client("pushing", { require_pushed_authorization_requests: true }),
      client("exempt", { require_pkce: false }),
      client("signing"),
      client("ours", { first_party: true }),
    ],
  });
  await change("signing", { jwks });
  ada = await addPersonWithPassword(server, "ada");
  bob = await addPersonWithPassword(server, "bob");
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

async function change(clientId: string, fields: Partial<ClientRecord>): Promise<void> {
  const { store } = server.context;
  const client = await store.findClient(clientId);
  if (client === null) throw new Error(`There is no client ${clientId}.`);
  await store.putClient({ ...client, ...fields });
}

const pushAs = async (clientId: string, changes: AuthorizationParameters = {}): Promise<string> => {
  const response = await postPush(
    server,
    { client_id: clientId, ...changes },
    { headers: basic(clientId, SECRET) },
  );
  return textOf(await jsonOf(response), "request_uri");
};

const open = (requestUri: string, clientId = "web", beside: readonly (readonly [string, string])[] = []) =>
  server.fetch(pushedPath(requestUri, clientId, beside), { headers: { Cookie: cookie } });

/** The page of a refusal that is not sent to the client. */
const refusedOn = async (response: Response): Promise<string> => {
  expect(response.headers.get("location")).toBeNull();
  expect(response.status).toBe(400);
  return pageText(response);
};

const codeIn = (response: Response): string => redirectOf(response).searchParams.get("code") ?? "";

/** The answer form of the page, filled in by Ada. */
async function formAt(url: string): Promise<(decision: "allow" | "deny") => Promise<Response>> {
  const page = await server.fetch(url, { headers: { Cookie: cookie } });
  const form = (await formsOf(page)).find(({ action }) => action.endsWith("/consent"));
  if (form === undefined) throw new Error("No question.");
  return (decision) =>
    server.post(
      "/consent",
      { ...form.fields, decision },
      { Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
    );
}

describe("the endpoint", () => {
  test(
    proves(
      "answers 201 with a request_uri that cannot be guessed and its lifetime, and the code of the request can be redeemed",
      "RFC 9126 2-1",
      "RFC 9126 2.2-1",
      "RFC 9126 2.2-2",
      "RFC 9126 4-1",
    ),
    async () => {
      const response = await postPush(server);
      expect(response.status).toBe(201);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const { request_uri, expires_in, ...more } = await jsonOf(response);
      expect(request_uri).toMatch(REQUEST_URI);
      expect({ expires_in, more }).toEqual({ expires_in: 90, more: {} });
      const answer = redirectOf(await answerConsentAt(server, cookie, pushedPath(String(request_uri))));
      expect(answer.origin + answer.pathname).toBe(CALLBACK);
      expect([...answer.searchParams.keys()]).toEqual(["code", "state", "iss"]);
      expect(answer.searchParams.get("state")).toBe("a state");
      await expectTokens(await redeemCode(server, answer.searchParams.get("code") ?? ""));
    },
  );

  test(
    proves(
      "authenticates every kind of client as the token endpoint does",
      "RFC 9126 2-2",
      "RFC 9126 2.1-1",
      "RFC 9126 2.3-1",
    ),
    async () => {
      expect((await postPush(server, {}, { form: { client_secret: SECRET } })).status).toBe(201);
      const unnamed = { client_id: undefined };
      expect((await postPush(server, unnamed, { headers: basic("web", SECRET) })).status).toBe(201);
      expect(
        (await postPush(server, { client_id: "spa", redirect_uri: "https://spa.example/" })).status,
      ).toBe(201);
      await expectRefusal(await postPush(server, {}, {}), 401, "invalid_client");
      await expectRefusal(
        await postPush(server, {}, { headers: basic("web", "wrong") }),
        401,
        "invalid_client",
      );
      const two = await postPush(server, { client_id: "other" }, { headers: basic("web", SECRET) });
      await expectRefusal(two, 400, "invalid_request");
      await expectRefusal(await postPush(server, { client_id: "nobody" }, {}), 401, "invalid_client");
    },
  );

  test(
    proves(
      "checks the whole request as the authorization endpoint does, and says in JSON what is wrong",
      "RFC 9126 2.1-3",
      "RFC 9126 2.3-2",
      "RFC 9126 2.4-1",
      "RFC 9126 7.2-1",
    ),
    async () => {
      const faults: readonly [AuthorizationParameters, string][] = [
        [{ redirect_uri: "https://evil.example/" }, "invalid_request"],
        [{ redirect_uri: undefined }, "invalid_request"],
        [{ response_type: undefined }, "invalid_request"],
        [{ response_type: "token" }, "unsupported_response_type"],
        [{ response_type: "code id_token" }, "unsupported_response_type"],
        [{ scope: "nonsense" }, "invalid_scope"],
        [{ resource: "https://nowhere.example/" }, "invalid_target"],
        [{ code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
        [{ code_challenge_method: "plain" }, "invalid_request"],
        [{ response_mode: "smoke" }, "invalid_request"],
        [{ prompt: "none login" }, "invalid_request"],
        [{ scope: "openid", claims: "{" }, "invalid_request"],
        [{ id_token_hint: "x" }, "invalid_request"],
        [{ registration: "{}" }, "registration_not_supported"],
        [{ state: ["one", "two"] }, "invalid_request"],
        [{ request: "x" }, "invalid_request_object"],
      ];
      for (const [changes, error] of faults) {
        const body = await jsonOf(await postPush(server, changes));
        expect({ changes, error: body.error }).toEqual({ changes, error });
        expect(body.error_description).toBeString();
      }
      // It needs no person, so it never says that one is needed.
      expect((await postPush(server, { prompt: "none" })).status).toBe(201);
    },
  );

  test(proves("takes no request_uri", "RFC 9126 2.1-2", "threat 89"), async () => {
    const mine = await push(server);
    for (const request_uri of [mine, "https://client.example/request", "x"]) {
      const body = await expectRefusal(await postPush(server, { request_uri }), 400, "invalid_request");
      expect(body.error_description).toContain("request_uri");
    }
  });

  test(proves("takes nothing but POST, and no query", "RFC 9126 2.3-3"), async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const response = await server.fetch("/auth/par", { method });
      expect({ method, status: response.status, allow: response.headers.get("allow") }).toEqual({
        method,
        status: 405,
        allow: "POST, OPTIONS",
      });
    }
    await expectRefusal(await server.post("/auth/par?x=1", {}), 400, "invalid_request");
  });

  test("answers scripts of other sites, which public clients are", async () => {
    const origin = "https://spa.example";
    const preflight = await server.fetch("/auth/par", {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    const pushed = await postPush(
      server,
      { client_id: "spa", redirect_uri: "https://spa.example/" },
      {
        headers: { Origin: origin },
      },
    );
    expect(pushed.status).toBe(201);
    expect(pushed.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("takes long requests, and none without end", async () => {
    const more = { state: "s".repeat(8000), claims_locales: "x".repeat(20_000) };
    const requestUri = await push(server, more);
    const answer = redirectOf(await answerConsentAt(server, cookie, pushedPath(requestUri)));
    expect(answer.searchParams.get("state")).toBe("s".repeat(8000));
    const tooLong = await postPush(server, { nonsense: "x".repeat(longestRequest(false)) });
    await expectRefusal(tooLong, 413, "invalid_request");
    // Bytes count, not characters.
    await expectRefusal(
      await postPush(server, { nonsense: "\u20ac".repeat(6000), state: "x".repeat(15_000) }),
      413,
      "invalid_request",
    );
  });

  test(proves("takes shorter ones of clients that strangers can push as", "threat 42"), async () => {
    const native = { client_id: "native", redirect_uri: "http://127.0.0.1/callback" };
    expect((await postPush(server, { ...native, state: "s".repeat(7000) })).status).toBe(201);
    const tooLong = await postPush(server, { ...native, nonsense: "x".repeat(9000) });
    await expectRefusal(tooLong, 413, "invalid_request");
  });

  test("keeps every parameter of the request: resource twice, login_hint, ui_locales, claims", async () => {
    const requestUri = await push(server, {
      scope: "mail.read files openid",
      resource: ["https://mail.example/", "https://files.example/api"],
      login_hint: "ada@example.org",
      ui_locales: "de",
      claims: JSON.stringify({ id_token: { auth_time: { essential: true } } }),
    });
    const stranger = await server.fetch(pushedPath(requestUri));
    const login = redirectOf(stranger);
    expect(login.searchParams.get("login_hint")).toBe("ada@example.org");
    const page = await server.fetch(login.pathname + login.search);
    expect(page.headers.get("content-language")).toBe("de");
    const code = codeIn(await answerConsentAt(server, cookie, pushedPath(requestUri)));
    const tokens = await expectTokens(await redeemCode(server, code));
    expect(textOf(tokens, "scope").split(" ").sort()).toEqual(["files", "mail.read", "openid"]);
    expect(tokens.id_token).toBeString();
  });

  test("keeps no secret of the client", async () => {
    const { context } = server;
    const requestUri = textOf(
      await jsonOf(await postPush(server, {}, { form: { client_secret: SECRET, client_assertion: "" } })),
      "request_uri",
    );
    const rows = await context.store.list(
      await import("../../src/store/tables/requests.ts").then((m) => m.pushedRequests),
      {
        limit: 1000,
      },
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
    expect(JSON.stringify(rows)).not.toContain(requestUri.slice(-20));
  });

  test(
    proves("bounds what strangers push, by address and in all, and what one client pushes", "threat 42"),
    async () => {
      const limited = await startTestServer({
        limits: {
          pushed_requests_per_address: 3,
          pushed_requests_of_strangers: 5,
          pushed_requests_per_client: 4,
        },
      });
      try {
        const spa = { client_id: "spa", redirect_uri: "https://spa.example/" };
        const statuses = async (count: number, send: () => Promise<Response>) => {
          const all: number[] = [];
          for (let each = 0; each < count; each += 1) all.push((await send()).status);
          return all;
        };
        expect(await statuses(4, () => postPush(limited, spa, undefined, "10.0.0.1"))).toEqual([
          201, 201, 201, 429,
        ]);
        expect(await statuses(3, () => postPush(limited, spa, undefined, "10.1.0.1"))).toEqual([
          201, 201, 429,
        ]);
        // A client that proves who it is has a budget of its own.
        expect(await statuses(5, () => postPush(limited, {}))).toEqual([201, 201, 201, 201, 429]);
      } finally {
        await limited.close();
      }
    },
  );
});

describe("a request_uri", () => {
  test(
    proves("belongs to the client that pushed it", "threat 14", "threat 89", "RFC 9126 2.2-3"),
    async () => {
      const requestUri = await push(server);
      expect(await refusedOn(await open(requestUri, "other"))).toContain("can no longer be used");
      // The attempt of the other client costs it nothing.
      expect(codeIn(await answerConsentAt(server, cookie, pushedPath(requestUri)))).not.toBe("");
    },
  );

  test(
    proves("is refused on the page if it is unknown or was changed", "RFC 9126 7.1-1", "threat 89"),
    async () => {
      const requestUri = await push(server);
      const flipped = withOtherEnding(requestUri);
      for (const wrong of [
        flipped,
        requestUri.slice(0, -1),
        `${requestUri}A`,
        "urn:ietf:params:oauth:request_uri:x",
      ])
        expect(await refusedOn(await open(wrong))).toContain("can no longer be used");
      expect(await refusedOn(await server.fetch(pushedPath(requestUri, "nobody")))).not.toContain("location");
    },
  );

  test(proves("expires", "threat 14", "threat 89", "RFC 9126 4-3"), async () => {
    const requestUri = await push(server);
    server.clock.advance(91);
    expect(await refusedOn(await open(requestUri))).toContain("can no longer be used");
  });

  test(
    proves(
      "gives one code, and none to a second finish",
      "threat 14",
      "threat 89",
      "RFC 9126 4-2",
      "RFC 9126 7.3-1",
    ),
    async () => {
      const requestUri = await push(server);
      const code = codeIn(await answerConsentAt(server, cookie, pushedPath(requestUri)));
      // A reload in the same session gets the same code, as long as it is open, and no other.
      expect(codeIn(await open(requestUri))).toBe(code);
      // Another person, and another browser of the same person, get none.
      for (const another of [await server.signIn(bob), await server.signIn(ada)]) {
        const page = await server.fetch(pushedPath(requestUri), { headers: { Cookie: another } });
        expect(await refusedOn(page)).toContain("already answered");
      }
      expect((await server.fetch(pushedPath(requestUri))).status).toBe(400);
      await expectTokens(await redeemCode(server, code));
      expect(await refusedOn(await open(requestUri))).toContain("already answered");
    },
  );

  test(proves("is used up by prompt=none too", "threat 14"), async () => {
    await answerConsentAt(server, cookie, authorizePath());
    const requestUri = await push(server, { prompt: "none" });
    const code = codeIn(await open(requestUri));
    await expectTokens(await redeemCode(server, code));
    expect(await refusedOn(await open(requestUri))).toContain("already answered");
    // A refusal that is not the person's leaves it: the client gets the same answer again.
    const silent = await push(server, { prompt: "none", scope: "mail.send" });
    for (let count = 0; count < 2; count += 1)
      expect(redirectOf(await open(silent)).searchParams.get("error")).toBe("consent_required");
  });

  test(proves("is used up by a no, also by one before the sign-in", "threat 14", "threat 73"), async () => {
    const denied = await push(server, { prompt: "consent" });
    const answer = await formAt(pushedPath(denied));
    for (let count = 0; count < 2; count += 1)
      expect(redirectOf(await answer("deny")).searchParams.get("error")).toBe("access_denied");
    expect(redirectOf(await answer("allow")).searchParams.get("error")).toBe("access_denied");
    expect(await refusedOn(await open(denied))).toContain("already answered");

    const left = await push(server);
    const browser = openBrowser(server);
    const login = redirectOf(await browser.get(pushedPath(left)));
    const leave = () => browser.submit(login.pathname + login.search, { cancel: "1" });
    for (let count = 0; count < 2; count += 1)
      expect(redirectOf(await leave()).searchParams.get("error")).toBe("access_denied");
    expect(await refusedOn(await open(left))).toContain("already answered");
  });

  test(proves("gives one code to two forms at once", "threat 14"), async () => {
    const requestUri = await push(server, { prompt: "consent" });
    const forms = await Promise.all([1, 2, 3].map(() => formAt(pushedPath(requestUri))));
    const answers = await Promise.all(forms.map((answer) => answer("allow")));
    const codes = new Set(answers.map(codeIn));
    expect(codes.size).toBe(1);
    // Whichever answer came first stands.
    const contested = await push(server, { prompt: "consent" });
    const [yes, no] = await Promise.all([1, 2].map(() => formAt(pushedPath(contested))));
    const both = await Promise.all([yes?.("allow"), no?.("deny")]);
    const kinds = new Set(
      both.map((each) => (each === undefined ? "" : [...redirectOf(each).searchParams.keys()].join())),
    );
    expect(kinds.size).toBe(1);
  });

  test("is not used up by opening the page, and lives for as long as a person needs from then on", async () => {
    const requestUri = await push(server, { prompt: "consent" });
    expect((await open(requestUri)).status).toBe(200);
    server.clock.advance(1200);
    expect((await open(requestUri)).status).toBe(200);
    // A second look lengthens nothing.
    server.clock.advance(ANSWER_SECONDS - 1200);
    expect(await refusedOn(await open(requestUri))).toContain("can no longer be used");
  });

  test("goes through the sign-in with prompt=login, and the pages carry nothing else", async () => {
    const requestUri = await push(server, { prompt: "login consent", ui_locales: "en", state: "kept" });
    const browser = openBrowser(server);
    const login = redirectOf(await browser.get(pushedPath(requestUri)));
    const back = new URL(login.searchParams.get("return_to") ?? "", ISSUER);
    expect([...back.searchParams.keys()]).toEqual(["client_id", "request_uri", "ui_locales"]);
    server.clock.advance(600);
    const signedIn = await browser.submit(login.pathname + login.search, {
      username: "ada",
      password: PASSWORD,
    });
    const next = new URL(signedIn.headers.get("location") ?? "", ISSUER);
    const question = await browser.get(next.pathname + next.search);
    const form = (await formsOf(question)).find(({ action }) => action.endsWith("/consent"));
    const answer = redirectOf(await browser.post("/consent", { ...form?.fields, decision: "allow" }));
    expect(answer.searchParams.get("state")).toBe("kept");
    await expectTokens(await redeemCode(server, answer.searchParams.get("code") ?? ""));
  });

  test(
    proves("is the whole request: parameters beside it do not count", "threat 89", "RFC 9126 4-1"),
    async () => {
      const requestUri = await push(server, { scope: "mail.read", state: "pushed" });
      const beside = [
        ["state", "beside"],
        ["nonce", "beside"],
        ["scope", "mail.read mail.send files"],
        ["redirect_uri", "https://evil.example/"],
        ["response_type", "token"],
        ["prompt", "none"],
        ["response_mode", "fragment"],
        ["code_challenge", "x"],
      ] as const;
      const answer = redirectOf(await answerConsentAt(server, cookie, pushedPath(requestUri, "web", beside)));
      expect(answer.origin + answer.pathname).toBe(CALLBACK);
      expect(answer.searchParams.get("state")).toBe("pushed");
      const tokens = await expectTokens(await redeemCode(server, answer.searchParams.get("code") ?? ""));
      expect(tokens.scope).toBe("mail.read");
    },
  );

  test(proves("and a request object exclude each other", "RFC 9101 5-3", "threat 89"), async () => {
    const requestUri = await push(server);
    await refusedOn(await open(requestUri, "web", [["request", "x"]]));
    expect(codeIn(await answerConsentAt(server, cookie, pushedPath(requestUri)))).not.toBe("");
  });

  test("works by POST at the authorization endpoint too", async () => {
    const request_uri = await push(server);
    const posted = await server.post("/auth/authorize", { client_id: "web", request_uri });
    const answer = await answerConsentAt(server, cookie, posted.headers.get("location") ?? "");
    expect(codeIn(answer)).not.toBe("");
  });

  test("answers by form_post and with the fragment", async () => {
    const posted = await answerConsentAt(
      server,
      cookie,
      pushedPath(await push(server, { response_mode: "form_post" })),
    );
    const [form] = await formsOf(posted);
    expect(form?.action).toBe(CALLBACK);
    expect(form?.fields.code).toBeString();
    const fragment = await push(server, { response_mode: "fragment" });
    expect(redirectOf(await answerConsentAt(server, cookie, pushedPath(fragment))).hash).toContain("code=");
  });

  test("works for a client that is exempt from PKCE, and for a part of the operator's own service", async () => {
    const bare = { code_challenge: undefined, code_challenge_method: undefined };
    const exempt = await pushAs("exempt", bare);
    expect(codeIn(await answerConsentAt(server, cookie, pushedPath(exempt, "exempt")))).not.toBe("");
    // No page: one look at the address gives the code, and a reload the same one.
    const ours = await pushAs("ours");
    const code = codeIn(await open(ours, "ours"));
    expect(codeIn(await open(ours, "ours"))).toBe(code);
    expect(code).not.toBe("");
  });

  test(proves("leads to no stranger's client without a page", "threat 68"), async () => {
    const registered = await jsonOf(
      await postRegistration(server, { redirect_uris: ["https://stranger.example/cb"], scope: "mail.read" }),
    );
    const clientId = textOf(registered, "client_id");
    const credentials = { headers: basic(clientId, textOf(registered, "client_secret")) };
    const changes = { client_id: clientId, redirect_uri: "https://stranger.example/cb", prompt: "none" };
    const pushed = await jsonOf(await postPush(server, changes, credentials));
    const page = await open(textOf(pushed, "request_uri"), clientId);
    expect(page.headers.get("location")).toBeNull();
    expect(page.status).toBe(200);
  });

  test(
    proves("is checked against the policy of now", "RFC 9126 4-4", "RFC 9126 7.4-1", "threat 67"),
    async () => {
      const narrowed = await pushAs("other");
      const before = await server.context.store.findClient("other");
      await change("other", { scope: [] });
      const answer = await answerConsentAt(server, cookie, pushedPath(narrowed, "other"));
      expect(redirectOf(answer).searchParams.get("error")).toBe("invalid_scope");
      await change("other", {
        redirectUris: ["https://moved.example/" as ClientRecord["redirectUris"][number]],
      });
      await refusedOn(await open(narrowed, "other"));
      await change("other", { ...before, requireSignedRequestObject: true });
      const unsigned = await answerConsentAt(server, cookie, pushedPath(narrowed, "other"));
      expect(redirectOf(unsigned).searchParams.get("error")).toBe("invalid_request");
      await change("other", { ...before, disabledAt: server.clock.seconds() });
      await refusedOn(await open(narrowed, "other"));
      await change("other", { ...before });
      expect(codeIn(await answerConsentAt(server, cookie, pushedPath(narrowed, "other")))).not.toBe("");
    },
  );

  test(
    proves("dies with the client that pushed it, though another takes its name", "threat 14"),
    async () => {
      const requestUri = await pushAs("other");
      const { store, clock, random } = server.context;
      const before = await store.findClient("other");
      if (before === null) throw new Error("There is no client.");
      await store.removeClient(before.clientId, clock.seconds());
      await refusedOn(await open(requestUri, "other"));
      await store.putClient({ ...before, number: newClientNumber(clock.seconds(), random) });
      await refusedOn(await open(requestUri, "other"));
      expect(await pushAs("other")).toMatch(REQUEST_URI);
    },
  );
});

describe("a pushed request with a proof of a key", () => {
  const pushBound = async (key: ProofKey, changes: AuthorizationParameters = {}, proof: ProofChanges = {}) =>
    postPush(server, changes, {
      headers: { ...basic("web", SECRET), ...(await proofHeader(server, key, proof, "/auth/par")) },
    });

  test(
    proves(
      "gives a code that is redeemed with that key alone",
      "threat 85",
      "RFC 9449 10.1-1",
      "FAPI 2.0 5.3.2.1-12",
    ),
    async () => {
      const [key, another] = await Promise.all([newProofKey(), newProofKey()]);
      const begin = async () => {
        const pushed = await jsonOf(await pushBound(key));
        return codeIn(await answerConsentAt(server, cookie, pushedPath(textOf(pushed, "request_uri"))));
      };
      const code = await begin();
      const form = codeForm(code, CALLBACK);
      await expectRefusal(await requestBound(server, "web", form, null), 400, "invalid_grant");
      await expectRefusal(await requestBound(server, "web", form, another), 400, "invalid_grant");
      const tokens = await jsonOf(await requestBound(server, "web", form, key));
      expect(tokens.token_type).toBe("DPoP");
    },
  );

  test(
    proves(
      "is refused if the proof was used, is for another place, or is not of the key that the request names",
      "threat 85",
      "RFC 9449 10.1-2",
    ),
    async () => {
      const key = await newProofKey();
      const jti = { claims: { jti: "only once" } };
      expect((await pushBound(key, {}, jti)).status).toBe(201);
      await expectRefusal(await pushBound(key, {}, jti), 400, "invalid_dpop_proof");
      const elsewhere = { claims: { htu: `${ISSUER}/auth/token` } };
      await expectRefusal(await pushBound(key, {}, elsewhere), 400, "invalid_dpop_proof");
      const other = { dpop_jkt: (await newProofKey()).thumbprint };
      await expectRefusal(await pushBound(key, other), 400, "invalid_dpop_proof");
      expect((await pushBound(key, { dpop_jkt: key.thumbprint })).status).toBe(201);
    },
  );
});

describe("a client that must push", () => {
  test(proves("is refused otherwise, with words", "RFC 9126 4-5", "RFC 9126 6-1"), async () => {
    const plain = redirectOf(await answerConsentAt(server, cookie, authorizePath({ client_id: "pushing" })));
    expect(plain.searchParams.get("error")).toBe("invalid_request");
    expect(plain.searchParams.get("error_description")).toContain("must be pushed");
    const pushed = await pushAs("pushing");
    expect(codeIn(await answerConsentAt(server, cookie, pushedPath(pushed, "pushing")))).not.toBe("");
  });

  test(proves("may be every client, and metadata say so", "RFC 9126 5-1", "RFC 9126 5-2"), async () => {
    const metadata = await jsonOf(await server.fetch("/.well-known/oauth-authorization-server"));
    expect(metadata).toMatchObject({
      pushed_authorization_request_endpoint: `${ISSUER}/auth/par`,
      require_pushed_authorization_requests: false,
    });
    const strict = await startTestServer({ require_pushed_authorization_requests: true });
    try {
      const said = await jsonOf(await strict.fetch("/.well-known/openid-configuration"));
      expect(said.require_pushed_authorization_requests).toBe(true);
      const session = await strict.signIn(await strict.addPerson("ada"));
      const plain = redirectOf(await answerConsentAt(strict, session, authorizePath()));
      expect(plain.searchParams.get("error_description")).toContain("must be pushed");
      const code = codeIn(await answerConsentAt(strict, session, pushedPath(await push(strict))));
      expect(code).not.toBe("");
    } finally {
      await strict.close();
    }
  });

  test("may be one that registers itself, which says so itself", async () => {
    const metadata = {
      redirect_uris: ["https://eager.example/cb"],
      require_pushed_authorization_requests: true,
      authorization_signed_response_alg: "RS256",
    };
    const registered = await jsonOf(await postRegistration(server, metadata));
    expect(registered).toMatchObject(metadata);
    const asked = await server.fetch(
      authorizePath({ client_id: textOf(registered, "client_id"), redirect_uri: "https://eager.example/cb" }),
      { headers: { Cookie: cookie } },
    );
    expect(await asked.text()).toContain("must%20be%20pushed");
  });
});

describe("a request object that is pushed", () => {
  const whole = (changes: JWTPayload = {}): JWTPayload => ({
    iss: "signing",
    aud: ISSUER,
    client_id: "signing",
    response_type: "code",
    redirect_uri: CALLBACK,
    scope: "mail.read",
    state: "inside",
    acr_values: "1",
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: "S256",
    ...changes,
  });
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: "key", typ: "oauth-authz-req+jwt" })
      .sign(key);
  /** RFC 9126 §3: the body has the request object, and what proves the client. */
  const postObject = (request: string, beside: Record<string, string> = {}) =>
    server.post("/auth/par", { request, ...beside }, basic("signing", SECRET));

  test(
    proves("is the request, and what stands beside it does not count", "RFC 9126 3-1", "threat 89"),
    async () => {
      const now = server.clock.seconds();
      const request = await sign(whole({ exp: now + 60, nbf: now }));
      const pushed = await postObject(request, { client_id: "signing", state: "beside", scope: "files" });
      const requestUri = textOf(await jsonOf(pushed), "request_uri");
      // The object has expired by then. What the server keeps of it was checked in time.
      expect((await open(requestUri, "signing")).status).toBe(200);
      server.clock.advance(600);
      const answer = redirectOf(await answerConsentAt(server, cookie, pushedPath(requestUri, "signing")));
      expect(answer.searchParams.get("state")).toBe("inside");
    },
  );

  test(
    proves(
      "is of the client that pushes it, signed by it, and in time",
      "RFC 9126 3-2",
      "RFC 9126 3-3",
      "threat 89",
    ),
    async () => {
      const now = server.clock.seconds();
      const [header = "", , signature = ""] = (await sign(whole())).split(".");
      const foreign = await new SignJWT(whole())
        .setProtectedHeader({ alg: "ES256", kid: "key" })
        .sign((await generateKeyPair("ES256")).privateKey);
      const { client_id: _, ...nameless } = whole();
      const faulty = {
        "of another client": await sign(whole({ client_id: "web" })),
        "of no client": await sign(nameless),
        "with another issuer": await sign(whole({ iss: "web" })),
        "for another audience": await sign(whole({ aud: "https://other.example" })),
        expired: await sign(whole({ exp: now - 120 })),
        "signed by another key": foreign,
        "with another body": `${header}.${Buffer.from(JSON.stringify(whole({ scope: "files" }))).toString("base64url")}.${signature}`,
        "with a request_uri inside": await sign(whole({ request_uri: await pushAs("signing") })),
        encrypted: "a.b.c.d.e",
      };
      for (const [name, request] of Object.entries(faulty)) {
        const body = await jsonOf(await postObject(request));
        expect({ name, error: body.error }).toEqual({ name, error: "invalid_request_object" });
      }
    },
  );

  test(proves("is demanded of a client that must sign", "RFC 9126 2.3-4"), async () => {
    const before = await server.context.store.findClient("signing");
    await change("signing", { requireSignedRequestObject: true });
    const plain = await postPush(server, { client_id: "signing" }, { headers: basic("signing", SECRET) });
    await expectRefusal(plain, 400, "invalid_request");
    const pushed = await jsonOf(await postObject(await sign(whole())));
    const page = pushedPath(textOf(pushed, "request_uri"), "signing");
    expect(codeIn(await answerConsentAt(server, cookie, page))).not.toBe("");
    await change("signing", { ...before });
  });
});
