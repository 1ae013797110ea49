/**
 * RFC 6749 §4.1.1 and §4.1.2: the errors for the client and the errors for the person, and how each is shown. Threat
 * classes 1, 3, 5, 6, 19, 28, 31.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseCredential } from "../../src/credentials/credential.ts";
import { withReauthentication } from "../../src/endpoints/reauthentication.ts";
import type { RedirectUri } from "../../src/protocol/identifiers.ts";
import { parseScope } from "../../src/protocol/scope.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { withOtherEnding } from "../support/changed.ts";
import {
  type AuthorizationParameters,
  answerConsent,
  authorizationQuery,
  authorizePath,
  challengeOf,
  formsOf,
  redirectOf,
  VERIFIER,
} from "../support/code-flow.ts";
import {
  expectRefusal,
  expectTokens,
  introspectAs,
  type Json,
  jsonOf,
  postRegistration,
  redeemCode,
  requestToken,
  textOf,
} from "../support/flows.ts";
import { openBrowser } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { basic, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const CALLBACK = "https://client.example/callback";

let server: TestServer;
let person: AccountRecord;
let cookie = "";
beforeAll(async () => {
  server = await startTestServer({
    resources: [...(TEST_CONFIGURATION.resources ?? []), { identifier: "https://any.example/" }],
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      { client_id: "device-with-uri", redirect_uris: ["https://tv.example/"], grant_types: [DEVICE_GRANT] },
      {
        client_id: "exempt",
        redirect_uris: ["https://exempt.example/"],
        secrets: [SECRET],
        require_pkce: false,
      },
      {
        client_id: "narrow",
        redirect_uris: ["https://narrow.example/"],
        scope: ["mail.read", "files"],
        default_scope: ["files"],
      },
      {
        client_id: "odd",
        redirect_uris: ["https://odd.example/cb?state=x&code=y&iss=https://evil.example&a=1"],
        secrets: [SECRET],
      },
    ],
  });
  server.clock.freeze();
  person = await server.addPerson("ada");
  cookie = await server.signIn(person);
});
afterAll(() => server.close());

const open = (changes: AuthorizationParameters = {}, headers: Record<string, string> = { Cookie: cookie }) =>
  server.fetch(authorizePath(changes), { headers });
const openRaw = (query: string) => server.fetch(`/auth/authorize?${query}`, { headers: { Cookie: cookie } });

/** Checks that the error was sent to the client, with state and iss, and without a code. */
function expectSent(response: Response, error: string, state: string | null = "a state"): URLSearchParams {
  expect(response.status).toBe(303);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const location = redirectOf(response);
  expect(location.origin + location.pathname).toBe(CALLBACK);
  expect(location.hash).toBe("");
  const { searchParams } = location;
  expect(searchParams.get("error")).toBe(error);
  expect(searchParams.get("error_description") ?? "").toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  expect(searchParams.getAll("iss")).toEqual(["https://auth.example"]);
  expect(searchParams.getAll("state")).toEqual(state === null ? [] : [state]);
  const known = ["error", "error_description", "iss", "state"];
  expect([...searchParams.keys()].filter((name) => !known.includes(name))).toEqual([]);
  return searchParams;
}

/** Checks that a page shows the error, and that the client gets nothing. */
async function expectShown(response: Response, status = 400): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("www-authenticate")).toBeNull();
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("refresh")).toBeNull();
  const page = await response.text();
  expect(page).not.toMatch(/http-equiv|<script/i);
  return page;
}

describe("a fault that is shown, never sent (threat class 5)", () => {
  const BAD: readonly (readonly [string, AuthorizationParameters])[] = [
    ["no client", { client_id: undefined }],
    ["an empty client", { client_id: "" }],
    ["an unknown client", { client_id: "nobody" }],
    ["two clients", { client_id: ["web", "web"] }],
    ["a client in other case", { client_id: "WEB" }],
    ["a client that is a person", { client_id: "acc_x" }],
    ["no redirect URI, where two are registered", { redirect_uri: undefined }],
    ["an empty redirect URI, where two are registered", { redirect_uri: "" }],
    ["two redirect URIs", { redirect_uri: [CALLBACK, CALLBACK] }],
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/" }],
    ["a redirect URI with more path", { redirect_uri: `${CALLBACK}/x` }],
    ["a redirect URI with more query", { redirect_uri: `${CALLBACK}?x=1` }],
    ["a redirect URI with a fragment", { redirect_uri: `${CALLBACK}#x` }],
    ["a redirect URI with a user name", { redirect_uri: "https://client.example@evil.example/callback" }],
    ["a redirect URI with dot segments", { redirect_uri: "https://client.example/x/../callback" }],
    ["a redirect URI of another client", { redirect_uri: "https://spa.example/" }],
    ["javascript", { redirect_uri: "javascript:alert(1)" }],
    ["data", { redirect_uri: "data:text/html,<script>alert(1)</script>" }],
    ["a client without redirect URIs", { client_id: "television", redirect_uri: undefined }],
    [
      "two redirect URIs where one is registered",
      { client_id: "spa", redirect_uri: ["https://spa.example/", "https://spa.example/"] },
    ],
  ];
  // Beside each of them, every kind of error that would otherwise be sent to the client.
  const OTHERS: readonly (readonly [string, AuthorizationParameters])[] = [
    ["nothing else", {}],
    ["no response type", { response_type: undefined }],
    ["an unknown response type", { response_type: "token" }],
    ["an unknown scope", { scope: "everything" }],
    ["no challenge", { code_challenge: undefined }],
    ["a request object", { request: "a.b.c" }],
    ["prompt=none", { prompt: "none" }],
    ["an unknown resource", { resource: "https://other.example" }],
    ["two states", { state: ["a", "b"] }],
  ];
  test.each(BAD)(
    proves(
      "%s, whatever else is wrong",
      "FAPI 2.0 5.3.2.1-7",
      "OIDF 3-2",
      "OpenID Core 3.1.2.1-8",
      "OpenID Core 3.1.2.6-1",
      "threat 5",
      "RFC 9700 4.11.2-1",
      "RFC 9700 2.1-2",
      "RFC 6749 3.1.2-3",
      "RFC 6749 3.1.2.3-1",
      "OpenID Registration 2-1",
      "RFC 6749 3.1.2.3-2",
      "RFC 6749 3.1.2.4-1",
      "RFC 6749 3.1.2.4-2",
      "RFC 6749 4.1.1-2",
      "RFC 6749 4.1.2.1-1",
      "RFC 6749 4.1.2.1-2",
      "RFC 6749 10.6-4",
    ),
    async (_, bad) => {
      for (const [, other] of OTHERS) await expectShown(await open({ ...other, ...bad }));
    },
  );

  test(proves("parameters that cannot be read at all", "threat 5"), async () => {
    for (const query of [
      "client_id=%",
      "client_id=web&state=%ff",
      "client_id=web&state=%zz",
      "%=1",
      "x=1&".repeat(70),
    ]) {
      await expectShown(await openRaw(query));
    }
  });

  test("a client that was disabled", async () => {
    const { store } = server.context;
    const client = await store.findClient("narrow");
    if (client === null) throw new Error("There is no such client.");
    await store.putClient({ ...client, disabledAt: server.clock.seconds() });
    try {
      await expectShown(await open({ client_id: "narrow", redirect_uri: "https://narrow.example/" }));
    } finally {
      await store.putClient(client);
    }
  });

  test(
    proves(
      "what was sent is written as text, never as markup (threat class 31)",
      "threat 31",
      "RFC 6749 10.14-1",
    ),
    async () => {
      const polyglot = `"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}`;
      for (const name of ["client_id", "redirect_uri", "state", "scope", "login_hint", "ui_locales"]) {
        const page = await expectShown(await open({ client_id: "nobody", [name]: polyglot }));
        expect(page).not.toContain("<img src=x");
      }
    },
  );
});

describe("a fault that is sent to the client", () => {
  const SENT: readonly (readonly [string, AuthorizationParameters, string])[] = [
    ["no response type", { response_type: undefined }, "invalid_request"],
    ["an empty response type", { response_type: "" }, "invalid_request"],
    ["two response types", { response_type: ["code", "code"] }, "invalid_request"],
    ["response_type=token", { response_type: "token" }, "unsupported_response_type"],
    ["response_type=code token", { response_type: "code token" }, "unsupported_response_type"],
    ["response_type=id_token", { response_type: "id_token" }, "unsupported_response_type"],
    ["response_type=CODE", { response_type: "CODE" }, "unsupported_response_type"],
    ["a scope twice", { scope: ["mail.read", "mail.read"] }, "invalid_request"],
    [
      "a challenge twice",
      { code_challenge: [challengeOf(VERIFIER), challengeOf(VERIFIER)] },
      "invalid_request",
    ],
    ["an unknown parameter twice", { foo: ["a", "b"] }, "invalid_request"],
    ["no challenge", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    ["an empty challenge", { code_challenge: "" }, "invalid_request"],
    ["a method without a challenge", { code_challenge: undefined }, "invalid_request"],
    ["no method, which means plain", { code_challenge_method: undefined }, "invalid_request"],
    ["the method plain", { code_challenge_method: "plain" }, "invalid_request"],
    ["the method in small letters", { code_challenge_method: "s256" }, "invalid_request"],
    ["an unknown method", { code_challenge_method: "S512" }, "invalid_request"],
    ["a challenge that is too short", { code_challenge: challengeOf(VERIFIER).slice(1) }, "invalid_request"],
    ["a challenge with padding", { code_challenge: `${challengeOf(VERIFIER)}=` }, "invalid_request"],
    ["an unknown scope", { scope: "everything" }, "invalid_scope"],
    ["a malformed scope", { scope: "mail.read\tfiles" }, "invalid_scope"],
    ["scopes of which it can have none", { scope: "everything introspect" }, "invalid_scope"],
    ["a scope it is not registered for", { scope: "introspect" }, "invalid_scope"],
    ["an unknown resource", { resource: "https://other.example/" }, "invalid_target"],
    ["a malformed resource", { resource: "mail" }, "invalid_target"],
    ["a resource with a fragment", { resource: "https://mail.example/#x" }, "invalid_target"],
    ["one bad of two resources", { resource: ["https://mail.example/", "x"] }, "invalid_target"],
    ["a resource that uses none of the scopes", { resource: "https://files.example/api" }, "invalid_target"],
    ["a request object that is none", { request: "e30.e30." }, "invalid_request_object"],
    ["a request URI", { request_uri: "urn:example:request" }, "request_uri_not_supported"],
    ["a request URI on the network", { request_uri: "https://evil.example/r" }, "request_uri_not_supported"],
    ["inline registration", { registration: "{}" }, "registration_not_supported"],
    ["an unknown response_mode", { response_mode: "carrier_pigeon" }, "invalid_request"],
    ["an unknown prompt", { prompt: "sometimes" }, "invalid_request"],
    ["prompt=none with one that is ignored", { prompt: "none create" }, "invalid_request"],
    ["prompt=none with another", { prompt: "none login" }, "invalid_request"],
    ["a max_age that is no number", { max_age: "soon" }, "invalid_request"],
    ["a negative max_age", { max_age: "-1" }, "invalid_request"],
    ["a max_age with a fraction", { max_age: "1.5" }, "invalid_request"],
    ["a max_age beyond all measure", { max_age: "9".repeat(20) }, "invalid_request"],
  ];
  test.each(SENT)(
    proves(
      "%s",
      "OIDF 1-3",
      "OIDF 3-2",
      "OpenID Core 3.1.2.2-3",
      "OpenID Core 3.1.2.6-2",
      "OpenID Core 15.2-1",
      "RFC 6749 3.1.1-2",
      "RFC 6749 4.1.1-1",
      "RFC 6749 4.1.2.1-3",
      "RFC 6749 4.1.2.1-4",
      "RFC 6749 4.1.2.1-5",
    ),
    async (_, changes, error) => {
      expectSent(await open(changes), error);
      // This needs no sign-in, and asks for none.
      expectSent(await open(changes, {}), error);
    },
  );

  test(
    proves(
      "a public client without a challenge, even if somebody stored an exemption for it (RFC 9700 §2.1.1)",
      "RFC 9700 4.8.2-1",
      "RFC 8252 8.1-1",
      "RFC 7636 4.3-1",
      "RFC 7636 4.4.1-1",
    ),
    async () => {
      const { store } = server.context;
      const client = await store.findClient("spa");
      if (client === null) throw new Error("There is no such client.");
      await store.putClient({ ...client, requirePkce: false });
      try {
        const response = await open({
          client_id: "spa",
          redirect_uri: "https://spa.example/",
          code_challenge: undefined,
          code_challenge_method: undefined,
        });
        expect(redirectOf(response).searchParams.get("error")).toBe("invalid_request");
      } finally {
        await store.putClient(client);
      }
    },
  );

  test.each([
    ["token", "an access token in an address leaks"],
    ["id_token", "the ID token comes with the access token from the token endpoint"],
    ["code id_token", "the ID token comes with the access token from the token endpoint"],
    ["id_token token", "the ID token comes"],
    ["token id_token", "an access token in an address leaks"],
    ["code token", "an access token in an address leaks"],
    ["token code id_token", "an access token in an address leaks"],
    ["none", "an answer without a code"],
    ["something else", "Only response_type=code is supported."],
  ])("response_type=%s, with the reason and the cure", async (responseType, why) => {
    const told = expectSent(await open({ response_type: responseType }), "unsupported_response_type");
    const words = told.get("error_description");
    expect(words).toContain(why);
    expect(words).toContain("response_type=code");
  });

  test("a client that is not registered for the grant", async () => {
    const response = await open({ client_id: "device-with-uri", redirect_uri: "https://tv.example/" });
    expect(redirectOf(response).searchParams.get("error")).toBe("unauthorized_client");
    expect(redirectOf(response).origin).toBe("https://tv.example");
  });

  test(proves("two states: then there is none to echo", "RFC 6749 3.1-7"), async () => {
    expectSent(await open({ state: ["a", "b"] }), "invalid_request", null);
  });

  test(proves("without a state there is none in the answer", "RFC 6749 3.1-5"), async () => {
    expectSent(await open({ response_type: undefined, state: undefined }), "invalid_request", null);
    expectSent(await open({ response_type: undefined, state: "" }), "invalid_request", null);
  });

  test("goes to the only registered redirect URI if none was named", async () => {
    const location = redirectOf(
      await open({ client_id: "spa", redirect_uri: undefined, response_type: undefined }),
    );
    expect(location.origin + location.pathname).toBe("https://spa.example/");
    expect(location.searchParams.get("error")).toBe("invalid_request");
  });

  test(proves("goes to the port that a native application listens on", "RFC 8252 7.3-1"), async () => {
    const location = redirectOf(
      await open({
        client_id: "native",
        redirect_uri: "http://127.0.0.1:49200/callback",
        scope: "everything",
      }),
    );
    expect(location.origin + location.pathname).toBe("http://127.0.0.1:49200/callback");
  });

  test(proves("keeps the query of the redirect URI", "RFC 6749 3.1.2-2"), async () => {
    const redirect_uri = "https://client.example/second?tenant=1";
    const location = redirectOf(await open({ redirect_uri, response_type: "token" }));
    expect(location.searchParams.getAll("tenant")).toEqual(["1"]);
  });

  test(
    proves(
      "each parameter of ours is there once, and ours wins",
      "threat 3",
      "RFC 9207 2-1",
      "RFC 6749 3.1-7",
    ),
    async () => {
      const redirect_uri = "https://odd.example/cb?state=x&code=y&iss=https://evil.example&a=1";
      const { searchParams } = redirectOf(
        await open({ client_id: "odd", redirect_uri, scope: "everything" }),
      );
      expect(searchParams.getAll("state")).toEqual(["a state"]);
      expect(searchParams.getAll("iss")).toEqual(["https://auth.example"]);
      expect(searchParams.getAll("code")).toEqual([]);
      expect(searchParams.getAll("a")).toEqual(["1"]);
    },
  );

  test("an issuer with a path is told as it is", async () => {
    const tenant = await startTestServer({ issuer: "https://h.example/t" });
    try {
      const response = await tenant.fetch(authorizePath({ scope: "everything" }));
      expect(redirectOf(response).searchParams.get("iss")).toBe("https://h.example/t");
    } finally {
      await tenant.close();
    }
  });
});

describe("a client that registered itself (RFC 9700 §4.11.2)", () => {
  const REDIRECT = "https://hosted.example/callback";
  const ADDRESSES = [REDIRECT, "http://127.0.0.1:5000/", "com.example.own:/callback"];
  const FAULTS = [
    { scope: "everything" },
    { response_type: "token" },
    { prompt: "sometimes" },
    { prompt: "none" },
  ];

  async function register(redirect_uris: readonly string[], metadata: Json = {}): Promise<Json> {
    const all = { redirect_uris, token_endpoint_auth_method: "none", ...metadata };
    return jsonOf(await postRegistration(server, all));
  }
  const idOf = async (redirectUri: string) => textOf(await register([redirectUri]), "client_id");

  /** The page that asks before the browser leaves, which names the address and links to it. */
  async function expectQuestion(response: Response, redirectUri: string): Promise<string> {
    const page = await expectShown(response, 200);
    expect(page).toContain(`href="${redirectUri}?error=`);
    return page;
  }

  test.each(ADDRESSES)(
    proves(
      "is told no fault without a page that asks first, whoever is signed in: %s",
      "RFC 9700 4.11.2-2",
      "RFC 9700 4.11.2-3",
      "RFC 9700 4.11.2-4",
      "threat 68",
    ),
    async (redirect_uri) => {
      const client_id = await idOf(redirect_uri);
      for (const fault of FAULTS) {
        for (const headers of [undefined, {}]) {
          await expectQuestion(await open({ ...fault, client_id, redirect_uri }, headers), redirect_uri);
        }
      }
    },
  );

  test(proves("learns from prompt=none the same whoever is signed in", "threat 68"), async () => {
    const client_id = await idOf(REDIRECT);
    const request = { prompt: "none", client_id, redirect_uri: REDIRECT, scope: "profile" };
    const [stranger, person] = await Promise.all([open(request, {}), open(request, { Cookie: cookie })]);
    const page = await expectQuestion(person, REDIRECT);
    expect(page).toContain("error=interaction_required");
    expect(await expectQuestion(stranger, REDIRECT)).toBe(page);
  });

  test(proves("is not vouched for by having used itself", "RFC 9700 4.11.2-4"), async () => {
    const registered = await register([REDIRECT], { token_endpoint_auth_method: "client_secret_basic" });
    const client_id = textOf(registered, "client_id");
    const { store } = server.context;
    const stored = await store.findClient(client_id);
    if (stored === null) throw new Error("There is no client.");
    const grantTypes = ["authorization_code", "client_credentials"] as const;
    await store.putClient({ ...stored, grantTypes: [...grantTypes], initialAccess: true });
    const credentials = basic(client_id, textOf(registered, "client_secret"));
    const issued = await server.post("/auth/token", { grant_type: "client_credentials" }, credentials);
    expect(issued.status).toBe(200);
    await expectQuestion(
      await open({ scope: "everything", client_id, redirect_uri: REDIRECT }, {}),
      REDIRECT,
    );
  });

  test(
    proves("is not vouched for by a person who allowed it, and asks that person again", "threat 68"),
    async () => {
      const client_id = await idOf(REDIRECT);
      const request = { client_id, redirect_uri: REDIRECT, scope: "profile" };
      const theirs = await server.signIn(await server.addPerson("allows-a-stranger"));
      expect(
        redirectOf(await answerConsent(server, theirs, request)).searchParams.get("code"),
      ).not.toBeNull();
      await expectQuestion(await open({ ...request, scope: "everything" }, {}), REDIRECT);
      const again = await expectShown(await open(request, { Cookie: theirs }), 200);
      expect(again).toContain('name="decision"');
    },
  );

  test(proves("is answered as others once the operator vouches for it", "RFC 9700 4.11.2-4"), async () => {
    const client_id = await idOf(REDIRECT);
    await server.context.store.vouchForClient(client_id);
    const location = redirectOf(await open({ scope: "everything", client_id, redirect_uri: REDIRECT }, {}));
    expect(location.origin + location.pathname).toBe(REDIRECT);
    expect(location.searchParams.get("error")).toBe("invalid_scope");
    expect(location.searchParams.get("state")).toBe("a state");
    const silent = await open({ prompt: "none", client_id, redirect_uri: REDIRECT, scope: "profile" }, {});
    expect(redirectOf(silent).searchParams.get("error")).toBe("login_required");
    await server.context.store.vouchForClient(client_id, null);
    await expectQuestion(
      await open({ scope: "everything", client_id, redirect_uri: REDIRECT }, {}),
      REDIRECT,
    );
  });

  test("is answered as others where the operator vouches for all that register", async () => {
    const trusting = await startTestServer({ registration: { vouched: true } });
    const registered = await postRegistration(trusting, { redirect_uris: [REDIRECT] });
    const client_id = textOf(await jsonOf(registered), "client_id");
    const path = authorizePath({ scope: "everything", client_id, redirect_uri: REDIRECT });
    expect(redirectOf(await trusting.fetch(path)).searchParams.get("error")).toBe("invalid_scope");
    await trusting.close();
  });

  test(
    proves("is allowed nothing without the box that the person ticks elsewhere on the page", "threat 59"),
    async () => {
      const client_id = await idOf(REDIRECT);
      const path = authorizePath({ client_id, redirect_uri: REDIRECT, scope: "profile" });
      const headers = { Cookie: cookie };
      const asked = await server.fetch(path, { headers });
      const form = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
      const { acknowledged, ...hidden } = form?.fields ?? {};
      expect(acknowledged).toBe("yes");
      const answer = (fields: Record<string, string>) =>
        server.post("/consent", { ...hidden, ...fields }, { ...headers, "Sec-Fetch-Site": "same-origin" });
      const clicked = await answer({ decision: "allow" });
      expect(clicked.headers.get("location")).toStartWith("/auth/authorize?");
      // It was no answer, so the form is still open.
      const meant = redirectOf(await answer({ decision: "allow", acknowledged: "yes" }));
      expect(meant.searchParams.get("code")).not.toBeNull();
    },
  );

  test("needs no box to be denied", async () => {
    const client_id = await idOf(REDIRECT);
    const response = await answerConsent(server, cookie, { client_id, redirect_uri: REDIRECT }, "deny");
    expect(redirectOf(response).searchParams.get("error")).toBe("access_denied");
  });
});

describe("the address of an answer", () => {
  const OWN = ["https://auth.example/callback", "http://localhost:8080/callback", "http://127.0.0.1:8080/"];

  test.each(OWN)(proves("is never one of this server itself: %s", "threat 65"), async (redirect_uri) => {
    const registered = await postRegistration(server, { redirect_uris: [redirect_uri] });
    await expectRefusal(registered, 400, "invalid_redirect_uri");
    const declared = startTestServer({ clients: [{ client_id: "self", redirect_uris: [redirect_uri] }] });
    await expect(declared).rejects.toThrow("an address of this server itself");
  });

  test(proves("is no port of this server, though the port may vary", "threat 65"), async () => {
    const registered = await postRegistration(server, {
      redirect_uris: ["http://127.0.0.1/callback"],
      token_endpoint_auth_method: "none",
    });
    const client_id = textOf(await jsonOf(registered), "client_id");
    const page = (port: number) =>
      open({ client_id, redirect_uri: `http://127.0.0.1:${port}/callback`, scope: "profile" });
    await expectShown(await page(8080));
    await expectShown(await page(8081), 200);
  });
});

describe("a question that was answered", () => {
  async function answerTwice(first: "allow" | "deny", second: "allow" | "deny"): Promise<Response[]> {
    const headers = { Cookie: cookie };
    const asked = await server.fetch(authorizePath({ prompt: "consent" }), { headers });
    const form = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
    const answer = (decision: string) =>
      server.post("/consent", { ...form?.fields, decision }, { ...headers, "Sec-Fetch-Site": "same-origin" });
    return [await answer(first), await answer(second)];
  }

  test.each([
    ["deny", "allow"],
    ["deny", "deny"],
    ["allow", "deny"],
    ["allow", "allow"],
  ] as const)(
    proves("keeps its first answer, which the second gets too: %s, then %s", "threat 73"),
    async (first, second) => {
      const [one, another] = (await answerTwice(first, second)).map((response) => redirectOf(response));
      expect(one?.searchParams.has("code")).toBe(first === "allow");
      expect(one?.searchParams.get("error")).toBe(first === "deny" ? "access_denied" : null);
      expect(another?.href).toBe(one?.href as string);
    },
  );

  test("gives no code again that was redeemed: that would look like theft", async () => {
    const headers = { Cookie: cookie };
    const asked = await server.fetch(authorizePath({ prompt: "consent" }), { headers });
    const form = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
    const answer = () =>
      server.post(
        "/consent",
        { ...form?.fields, decision: "allow" },
        { ...headers, "Sec-Fetch-Site": "same-origin" },
      );
    const code = redirectOf(await answer()).searchParams.get("code") ?? "";
    const tokens = await expectTokens(await redeemCode(server, code));
    const late = await answer();
    expect([late.status, late.headers.get("location")]).toEqual([400, null]);
    expect((await introspectAs(server, "web", textOf(tokens, "access_token"))).active).toBe(true);
  });
});

describe("the state", () => {
  const STATES = [
    "xyz",
    "a b+c",
    "%25%20%",
    "é€😀\u200b",
    "\"<>'&;=?#/\\",
    "a\r\nSet-Cookie: x=y",
    "x".repeat(4000),
    "__proto__",
    "  ",
    '{"json":[1]}',
  ];
  test.each(STATES)(
    proves(
      "is echoed byte for byte: %j",
      "RFC 6749 4.1.2-6",
      "RFC 6749 4.1.2.1-7",
      "RFC 6749 10.14-1",
      "RFC 6749 B-1",
    ),
    async (state) => {
      expectSent(await open({ state, scope: "everything" }), "invalid_scope", state);
      const allowed = await answerConsent(server, cookie, { state });
      expect(redirectOf(allowed).searchParams.getAll("state")).toEqual([state]);
      expect(allowed.headers.get("location")).toMatch(/^[\x21-\x7E]+$/);
      expect(allowed.headers.get("set-cookie") ?? "").not.toContain("x=y");
    },
  );
});

describe("a success", () => {
  test(
    proves(
      "has the code once, the state, and the issuer (RFC 9207), and never an error",
      "OIDF 3-9",
      "OpenID Core 3.1.2.5-1",
      "RFC 9207 2-1",
      "RFC 6749 4.1.2-1",
    ),
    async () => {
      const response = await answerConsent(server, cookie);
      expect(response.status).toBe(303);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const { searchParams } = redirectOf(response);
      expect([...searchParams.keys()]).toEqual(["code", "state", "iss"]);
      expect(searchParams.get("iss")).toBe("https://auth.example");
      const tokens = await expectTokens(await redeemCode(server, searchParams.get("code") ?? ""));
      expect(tokens.scope).toBe("mail.read");
    },
  );

  test(proves("wins over parameters of the same name that the client registered", "threat 3"), async () => {
    const changes = {
      client_id: "odd",
      redirect_uri: "https://odd.example/cb?state=x&code=y&iss=https://evil.example&a=1",
    };
    const { searchParams } = redirectOf(await answerConsent(server, cookie, changes));
    expect(searchParams.getAll("iss")).toEqual(["https://auth.example"]);
    expect(searchParams.getAll("state")).toEqual(["a state"]);
    expect(searchParams.getAll("code")).toHaveLength(1);
    expect(searchParams.get("code")).toStartWith("tac_");
  });

  test(proves("gives the client's default scopes if it asked for none", "RFC 6749 3.3-2"), async () => {
    const changes = {
      client_id: "narrow",
      redirect_uri: "https://narrow.example/",
      scope: undefined,
      prompt: "consent",
    };
    const code = redirectOf(await answerConsent(server, cookie, changes)).searchParams.get("code") ?? "";
    const tokens = await expectTokens(
      await requestToken(server, "narrow", {
        grant_type: "authorization_code",
        code,
        code_verifier: VERIFIER,
      }),
    );
    expect(tokens.scope).toBe("files");
  });

  test(
    proves(
      "takes response_mode=query, several resources in any case of the host, and parameters it does not know",
      "RFC 6749 3.1-6",
    ),
    async () => {
      const response = await answerConsent(server, cookie, {
        response_mode: "query",
        scope: "mail.read files",
        resource: ["HTTPS://Mail.Example", "https://files.example/api"],
        nonce: "n-0S6_WzA2Mj",
        audience: "x",
      });
      const code = redirectOf(response).searchParams.get("code") ?? "";
      const tokens = await expectTokens(await redeemCode(server, code));
      const told = await introspectAs(server, "web", textOf(tokens, "access_token"));
      expect(told.aud).toEqual(["https://mail.example/", "https://files.example/api"]);
    },
  );

  test(
    proves(
      "needs no challenge from a confidential client that is exempt; a method alone is still refused",
      "RFC 7636 7.2-1",
      "RFC 7636 7.2-2",
      "RFC 7636 4.3-1",
    ),
    async () => {
      const exempt = {
        client_id: "exempt",
        redirect_uri: "https://exempt.example/",
        code_challenge: undefined,
      };
      const response = await answerConsent(server, cookie, { ...exempt, code_challenge_method: undefined });
      expect(redirectOf(response).searchParams.has("code")).toBe(true);
      expect(redirectOf(await open(exempt)).searchParams.get("error")).toBe("invalid_request");
      const plain = await open({ ...exempt, code_challenge: VERIFIER, code_challenge_method: "plain" });
      expect(redirectOf(plain).searchParams.get("error")).toBe("invalid_request");
    },
  );

  test(proves("a refusal by the person is access_denied", "RFC 6749 10.12-1"), async () => {
    const denied = await answerConsent(server, cookie, { prompt: "consent" }, "deny");
    expectSent(denied, "access_denied");
  });
});

describe("the person's yes", () => {
  // The client names no scope, so it gets the operator's default, which may change while the page is open.
  const changes = {
    client_id: "narrow",
    redirect_uri: "https://narrow.example/",
    scope: undefined,
    prompt: "consent",
  };
  async function answerAfter(change: { scope?: string; defaultScope?: string; redirectUris?: string[] }) {
    const { store } = server.context;
    const client = await store.findClient("narrow");
    if (client === null) throw new Error("There is no such client.");
    const asked = await open(changes);
    expect(asked.status).toBe(200);
    const form = (await formsOf(asked)).find(({ action }) => action.endsWith("/consent"));
    await store.putClient({
      ...client,
      ...(change.scope === undefined ? {} : { scope: parseScope(change.scope) }),
      ...(change.defaultScope === undefined ? {} : { defaultScope: parseScope(change.defaultScope) }),
      ...(change.redirectUris === undefined ? {} : { redirectUris: change.redirectUris as RedirectUri[] }),
    });
    try {
      return await server.post(
        "/consent",
        { ...form?.fields, decision: "allow" },
        { Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
      );
    } finally {
      await store.putClient(client);
    }
  }

  test("is for what the page showed: if the request means more by now, it is asked anew", async () => {
    const response = await answerAfter({ defaultScope: "files mail.read" });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toStartWith("/auth/authorize?");
    expect(response.headers.get("location")).not.toContain("code=");
  });

  test("is for the scopes that the page showed, also where the resource stays the same", async () => {
    const { store } = server.context;
    const client = await store.findClient("narrow");
    if (client === null) throw new Error("There is no such client.");
    const both = parseScope("mail.read mail.send");
    await store.putClient({ ...client, scope: both, defaultScope: parseScope("mail.read") });
    try {
      const response = await answerAfter({ defaultScope: "mail.read mail.send" });
      expect(response.headers.get("location")).toStartWith("/auth/authorize?");
    } finally {
      await store.putClient(client);
    }
  });

  test("counts if the request means less by now", async () => {
    const { store } = server.context;
    const client = await store.findClient("narrow");
    if (client === null) throw new Error("There is no such client.");
    await store.putClient({ ...client, defaultScope: parseScope("files mail.read") });
    try {
      const response = await answerAfter({ defaultScope: "files" });
      expect(redirectOf(response).searchParams.has("code")).toBe(true);
    } finally {
      await store.putClient(client);
    }
  });

  test("gives nothing if the redirect URI was taken from the client meanwhile", async () => {
    await expectShown(await answerAfter({ redirectUris: ["https://elsewhere.example/"] }));
  });
});

describe("who is asked", () => {
  const fresh = async () => {
    const account = await server.addPerson(`person-${Math.random()}`);
    return { account, cookie: await server.signIn(account) };
  };
  const at = (changes: AuthorizationParameters, theirs: string) => open(changes, { Cookie: theirs });

  test(
    proves(
      "whoever is not signed in goes to sign in, and comes back to the same request",
      "OpenID Core 3.1.2.3-1",
      "RFC 9700 4.11.2-3",
      "RFC 6749 3.1-1",
      "RFC 6749 10.2-4",
    ),
    async () => {
      const response = await open({ login_hint: "ada@example.org" }, {});
      expect(response.status).toBe(303);
      const location = redirectOf(response);
      expect(location.origin + location.pathname).toBe("https://auth.example/login");
      expect(location.searchParams.get("login_hint")).toBe("ada@example.org");
      const returnTo = location.searchParams.get("return_to") ?? "";
      expect(returnTo).toStartWith("/auth/authorize?");
      const back = new URLSearchParams(returnTo.split("?")[1]);
      expect(back.toString()).toBe(authorizationQuery({ login_hint: "ada@example.org" }));
    },
  );

  test("a stolen, forged or foreign cookie is as good as none", async () => {
    for (const value of [
      "__Host-tessera=x",
      `__Host-tessera=tss_${"A".repeat(64)}`,
      cookie.replace("__Host-", ""),
      withOtherEnding(cookie),
    ]) {
      expect(redirectOf(await open({}, { Cookie: value })).pathname).toBe("/login");
    }
  });

  test(
    proves(
      "prompt=none never shows anything: login_required, consent_required, or the code",
      "OIDF 3-3",
      "OpenID Core 3.1.2.1-10",
      "OpenID Core 3.1.2.1-17",
      "OpenID Core 3.1.2.3-3",
      "OpenID Core 3.1.2.6-3",
      "OpenID Core 15.1-2",
    ),
    async () => {
      const { cookie: theirs } = await fresh();
      expectSent(await open({ prompt: "none" }, {}), "login_required");
      expectSent(await at({ prompt: "none" }, theirs), "consent_required");
      await answerConsent(server, theirs);
      const silent = redirectOf(await at({ prompt: "none" }, theirs));
      expect(silent.searchParams.has("code")).toBe(true);
      expectSent(await at({ prompt: "none", max_age: "1000", scope: "files" }, theirs), "consent_required");
    },
  );

  test("a person who agreed is not asked again for the same or less", async () => {
    const { cookie: theirs } = await fresh();
    await answerConsent(server, theirs, { scope: "mail.read files" });
    expect((await at({ scope: "mail.read files" }, theirs)).status).toBe(303);
    expect((await at({ scope: "files" }, theirs)).status).toBe(303);
  });

  test.each([
    ["another scope", { scope: "mail.read mail.send" }],
    ["another resource", { scope: "mail.read profile" }],
    ["prompt=consent", { prompt: "consent" }],
  ])(proves("a person who agreed is asked again for %s", "OpenID Core 3.1.2.1-13"), async (_, changes) => {
    const { cookie: theirs } = await fresh();
    await answerConsent(server, theirs);
    expect((await at({}, theirs)).status).toBe(303);
    expect((await at(changes, theirs)).status).toBe(200);
  });

  test("a person who agreed for one resource is asked again for another with the same scope", async () => {
    const { cookie: theirs } = await fresh();
    await answerConsent(server, theirs, { resource: "https://mail.example/" });
    expect((await at({ resource: "https://mail.example/" }, theirs)).status).toBe(303);
    expect((await at({ resource: "https://any.example/" }, theirs)).status).toBe(200);
    const both = { resource: ["https://mail.example/", "https://any.example/"] };
    expect((await at(both, theirs)).status).toBe(200);
  });

  test("nobody is bound by what another person agreed to", async () => {
    const one = await fresh();
    const other = await fresh();
    await answerConsent(server, one.cookie);
    expect((await at({}, other.cookie)).status).toBe(200);
  });

  test.each([
    ["a loopback address", "http://127.0.0.1:5000/callback"],
    ["a private scheme", "com.example.app:/callback"],
  ])(
    proves(
      "a public client at %s is asked about every time: anyone could pretend to be it (threat class 28)",
      "threat 28",
      "RFC 8252 8.6-2",
      "RFC 8252 8.6-1",
      "RFC 6749 2.3-1",
      "RFC 6749 10.2-5",
    ),
    async (_, redirect_uri) => {
      const { cookie: theirs } = await fresh();
      const changes = { client_id: "native", redirect_uri };
      expect(redirectOf(await answerConsent(server, theirs, changes)).searchParams.has("code")).toBe(true);
      expect((await at(changes, theirs)).status).toBe(200);
      const silent = redirectOf(await at({ ...changes, prompt: "none" }, theirs));
      expect(silent.searchParams.get("error")).toBe("consent_required");
    },
  );

  test("a public client at an https address is remembered", async () => {
    const { cookie: theirs } = await fresh();
    const changes = { client_id: "spa", redirect_uri: "https://spa.example/" };
    await answerConsent(server, theirs, changes);
    expect(redirectOf(await at(changes, theirs)).searchParams.has("code")).toBe(true);
  });

  test("the yes to a sign-in counts for the page that renews it in a frame, and for no other origin", async () => {
    const { store } = server.context;
    const client = await store.findClient("spa");
    if (client === null) throw new Error("There is no such client.");
    const others = ["https://spa.example/silent.html", "https://spa.example:8443/", "https://other.example/"];
    await store.putClient({ ...client, redirectUris: [...client.redirectUris, ...others] as never });
    try {
      const { cookie: theirs } = await fresh();
      await answerConsent(server, theirs, { client_id: "spa", redirect_uri: "https://spa.example/" });
      const silent = (redirect_uri: string | undefined) =>
        at({ client_id: "spa", redirect_uri, prompt: "none" }, theirs);
      expect(redirectOf(await silent(others[0])).searchParams.has("code")).toBe(true);
      for (const elsewhere of others.slice(1))
        expect(redirectOf(await silent(elsewhere)).searchParams.get("error")).toBe("consent_required");
    } finally {
      await store.putClient(client);
    }
  });

  test("a person whose access was taken back is asked again", async () => {
    const { account, cookie: theirs } = await fresh();
    await answerConsent(server, theirs);
    await server.context.store.revokeAccess(
      { subject: account.subject, clientId: "web" as never },
      "revoked_by_person",
      server.clock.seconds(),
    );
    expect((await at({}, theirs)).status).toBe(200);
  });

  test(
    proves(
      "a person who was disabled is signed out, and gets no code for an open page (threat class 19)",
      "threat 19",
    ),
    async () => {
      const { account, cookie: theirs } = await fresh();
      await answerConsent(server, theirs);
      expect(redirectOf(await at({}, theirs)).searchParams.has("code")).toBe(true);
      await server.context.store.disableAccount(account.subject, server.clock.seconds());
      expect(redirectOf(await at({}, theirs)).pathname).toBe("/login");
      expectSent(await at({ prompt: "none" }, theirs), "login_required");
    },
  );
});

describe("signing in again", () => {
  /** Signs in again as the sign-in page does: a new session, and back. */
  async function signInAgain(
    response: Response,
    account: AccountRecord,
  ): Promise<{ back: string; cookie: string }> {
    const location = redirectOf(response);
    expect(location.pathname).toBe("/login");
    const renewed = await server.signIn(account);
    const id = parseCredential("session", renewed.slice(renewed.indexOf("=") + 1))?.id;
    if (id === undefined) throw new Error("There is no session.");
    const returnTo = location.searchParams.get("return_to") ?? "";
    const back = withReauthentication(server.context, returnTo, { id, subject: account.subject });
    return { back, cookie: renewed };
  }
  const follow = (path: string, theirs: string) => server.fetch(path, { headers: { Cookie: theirs } });

  async function settled(name: string) {
    const account = await server.addPerson(name);
    const theirs = await server.signIn(account);
    await answerConsent(server, theirs);
    return { account, theirs };
  }

  test(
    proves(
      "prompt=login asks for it though somebody is signed in, once per request",
      "OIDF 3-4",
      "OpenID Core 3.1.2.1-12",
      "OpenID Core 3.1.2.3-2",
      "OpenID Core 15.1-2",
    ),
    async () => {
      const { account, theirs } = await settled("again-1");
      server.clock.advance(10);
      const first = await open({ prompt: "login" }, { Cookie: theirs });
      const { back, cookie: renewed } = await signInAgain(first, account);
      // The old session does not pass, and the mark fits no other request.
      expect(redirectOf(await follow(back, theirs)).pathname).toBe("/login");
      expect(redirectOf(await follow(back, renewed)).searchParams.has("code")).toBe(true);
      const mark = /tessera_reauthenticated_after=[^&]+/.exec(back)?.[0] ?? "";
      expect(mark).not.toBe("");
      server.clock.advance(10);
      const other = await openRawAs(
        `${authorizationQuery({ prompt: "login", state: "other" })}&${mark}`,
        renewed,
      );
      expect(redirectOf(other).pathname).toBe("/login");
    },
  );

  test(proves("the mark counts once", "threat 74"), async () => {
    const { account, theirs } = await settled("again-once");
    const { back, cookie: renewed } = await signInAgain(
      await open({ prompt: "login" }, { Cookie: theirs }),
      account,
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => follow(back, renewed)));
    const codes = answers.filter((answer) => redirectOf(answer).searchParams.has("code"));
    expect(codes).toHaveLength(1);
    expect(redirectOf(await follow(back, renewed)).pathname).toBe("/login");
  });

  test(proves("the mark is good for the session of that sign-in only", "threat 74"), async () => {
    const { account, theirs } = await settled("again-other");
    const { back } = await signInAgain(await open({ prompt: "login" }, { Cookie: theirs }), account);
    const later = await server.signIn(account);
    expect(redirectOf(await follow(back, later)).pathname).toBe("/login");
  });

  test(proves("the mark is good for the request of that sign-in only", "threat 74"), async () => {
    const { account, theirs } = await settled("again-request");
    const { back, cookie: renewed } = await signInAgain(
      await open({ prompt: "login" }, { Cookie: theirs }),
      account,
    );
    const mark = /tessera_reauthenticated_after=[^&]+/.exec(back)?.[0] ?? "";
    const other = `${authorizationQuery({ prompt: "login", state: "other" })}&${mark}`;
    expect(redirectOf(await openRawAs(other, renewed)).pathname).toBe("/login");
  });

  const openRawAs = (query: string, theirs: string) => follow(`/auth/authorize?${query}`, theirs);

  test("the mark is worth nothing any more when a sign-in page would have expired", async () => {
    const { account, theirs } = await settled("again-late");
    server.clock.advance(10);
    const { back, cookie: renewed } = await signInAgain(
      await open({ prompt: "login" }, { Cookie: theirs }),
      account,
    );
    server.clock.advance(server.context.configuration.lifetimes.form_seconds + 1);
    expect(redirectOf(await follow(back, renewed)).pathname).toBe("/login");
  });

  test.each(["0.AAAA", "99999999999.AAAA", "x", "1800000000", ".", "%01"])(
    "the mark %j that somebody made up is worth nothing",
    async (mark) => {
      const { theirs } = await settled(`forged-${mark}`);
      server.clock.advance(10);
      const query = `${authorizationQuery({ prompt: "login" })}&tessera_reauthenticated_after=${mark}`;
      expect(redirectOf(await openRawAs(query, theirs)).pathname).toBe("/login");
    },
  );

  test(
    proves(
      "max_age asks for it if the person signed in longer ago, and not before",
      "OpenID Core 3.1.2.1-15",
      "OpenID Core 15.1-6",
    ),
    async () => {
      const { account, theirs } = await settled("again-2");
      expect(redirectOf(await open({ max_age: "1000" }, { Cookie: theirs })).searchParams.has("code")).toBe(
        true,
      );
      server.clock.advance(1100);
      const asked = await open({ max_age: "1000" }, { Cookie: theirs });
      const { back, cookie: renewed } = await signInAgain(asked, account);
      expect(redirectOf(await follow(back, renewed)).searchParams.has("code")).toBe(true);
      expectSent(await open({ max_age: "1000", prompt: "none" }, { Cookie: theirs }), "login_required");
    },
  );

  test(
    proves(
      "max_age=0 always asks for it, also in the second of the sign-in (OpenID Connect Core §3.1.2.1)",
      "OpenID Core 3.1.2.1-15",
    ),
    async () => {
      const { account, theirs } = await settled("again-3");
      const renewedNow = await server.signIn(account);
      expect(redirectOf(await open({ max_age: "0" }, { Cookie: renewedNow })).pathname).toBe("/login");
      server.clock.advance(1);
      const { back, cookie: renewed } = await signInAgain(
        await open({ max_age: "0" }, { Cookie: theirs }),
        account,
      );
      expect(redirectOf(await follow(back, renewed)).searchParams.has("code")).toBe(true);
    },
  );

  test.each(["select_account", " select_account  create"])(
    proves("prompt=%j offers the account that is signed in, once per request", "OpenID Core 3.1.2.1-14"),
    async (prompt) => {
      const { account, theirs } = await settled(`choosing${prompt.length}`);
      server.clock.advance(10);
      const choice = redirectOf(await open({ prompt }, { Cookie: theirs }));
      expect(choice.pathname).toBe("/login");
      const page = await (await follow(`${choice.pathname}${choice.search}`, theirs)).text();
      expect(page).toContain(`Continue as ${account.username}`);
      expect(page).toContain("Use another account");
      const back = choice.searchParams.get("return_to") ?? "";
      expect(page).toContain(`href="${back.replaceAll("&", "&amp;")}"`);
      expect(redirectOf(await follow(back, theirs)).searchParams.has("code")).toBe(true);
      // The next request asks again.
      expect(redirectOf(await open({ prompt }, { Cookie: theirs })).searchParams.get("choose")).toBe("1");
    },
  );

  test("the choice of an account may lead to another one, and stays on the page after a wrong password", async () => {
    const { theirs } = await settled("choosing-first");
    const other = await settled("choosing-second");
    const choice = redirectOf(await open({ prompt: "select_account" }, { Cookie: theirs }));
    const back = choice.searchParams.get("return_to") ?? "";
    expect(redirectOf(await follow(back, other.theirs)).searchParams.has("code")).toBe(true);
    const browser = openBrowser(server);
    browser.cookie = theirs;
    const again = await browser.submit(`${choice.pathname}${choice.search}`, {
      username: "nobody",
      password: "wrong",
    });
    expect(again.status).toBe(422);
    expect(await again.text()).toContain("Continue as choosing-first");
  });

  test("the choice of an account comes before consent, and is no choice where a person must sign in again", async () => {
    const { account, theirs } = await settled("choosing-more");
    server.clock.advance(10);
    const choice = redirectOf(await open({ prompt: "consent select_account" }, { Cookie: theirs }));
    expect(choice.searchParams.get("choose")).toBe("1");
    expect((await follow(choice.searchParams.get("return_to") ?? "", theirs)).status).toBe(200);
    const asked = await open({ prompt: "login select_account" }, { Cookie: theirs });
    expect(redirectOf(asked).searchParams.has("choose")).toBe(false);
    // Signing in is a choice. A choice is no sign-in.
    const { back, cookie } = await signInAgain(asked, account);
    expect(redirectOf(await follow(back, cookie)).searchParams.has("code")).toBe(true);
    const chosen = redirectOf(asked).searchParams.get("return_to") ?? "";
    expect(redirectOf(await follow(chosen, theirs)).pathname).toBe("/login");
    const stranger = redirectOf(await open({ prompt: "select_account" }, {}));
    expect(stranger.searchParams.has("choose")).toBe(false);
    expect(redirectOf(await open({ prompt: "create" }, { Cookie: theirs })).searchParams.has("code")).toBe(
      true,
    );
  });

  test("both prompts may come together: sign in, then be asked", async () => {
    const { account, theirs } = await settled("again-4");
    server.clock.advance(10);
    const first = await open({ prompt: "login consent" }, { Cookie: theirs });
    const { back, cookie: renewed } = await signInAgain(first, account);
    expect((await follow(back, renewed)).status).toBe(200);
  });
});

describe("a request by POST (RFC 6749 §3.1)", () => {
  test(
    proves(
      "becomes a GET of the same request, by 303",
      "OIDF 3-1",
      "OpenID Core 3.1.2.1-5",
      "RFC 9700 4.12-2",
    ),
    async () => {
      const response = await server.post("/auth/authorize", [...new URLSearchParams(authorizationQuery())]);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe(
        `https://auth.example/auth/authorize?${authorizationQuery()}`,
      );
    },
  );

  test("keeps what is repeated, so that the GET refuses it", async () => {
    const response = await server.post("/auth/authorize", [
      ...new URLSearchParams(authorizationQuery()),
      ["scope", "files"],
    ]);
    const location = redirectOf(response);
    expect(location.searchParams.getAll("scope")).toEqual(["mail.read", "files"]);
    expectSent(await server.fetch(location.pathname + location.search), "invalid_request");
  });

  test(proves("never redirects to a client by itself", "RFC 9700 2.1-2"), async () => {
    const response = await server.post("/auth/authorize", {
      client_id: "nobody",
      redirect_uri: "https://evil.example/",
    });
    expect(redirectOf(response).origin).toBe("https://auth.example");
  });

  test("with parameters in the query, of another type, too large or malformed is a page", async () => {
    await expectShown(await server.post(`/auth/authorize?${authorizationQuery()}`, {}));
    await expectShown(
      await server.fetch("/auth/authorize", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      }),
      415,
    );
    await expectShown(await server.post("/auth/authorize", { state: "x".repeat(70_000) }), 413);
    await expectShown(
      await server.fetch("/auth/authorize", {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: "state=%",
      }),
    );
  });
});

test("HEAD is refused: it would use up what a person agreed to, and give a code to nobody", async () => {
  const account = await server.addPerson("heads");
  const theirs = await server.signIn(account);
  await answerConsent(server, theirs);
  const response = await server.fetch(`/auth/authorize?${authorizationQuery()}`, {
    method: "HEAD",
    headers: { Cookie: theirs },
  });
  expect(response.status).toBe(405);
  expect(response.headers.get("location")).toBeNull();
});
