/** RFC 9101 and OpenID Connect Core §6.1: the parameters of a request in a JWT, by value. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { LONGEST_REQUEST_OBJECT } from "../../src/protocol/request-object.ts";
import type { ClientRecord } from "../../src/store/tables/clients.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import {
  type AuthorizationParameters,
  answerConsent,
  authorizePath,
  challengeOf,
  formsOf,
  redirectOf,
  VERIFIER,
} from "../support/code-flow.ts";
import { addPersonWithPassword, openBrowser, textOf } from "../support/pages.ts";
import { proves } from "../support/proves.ts";
import { ISSUER, SECRET, startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const CALLBACK = "https://signed.example/callback";
const SECOND = "https://signed.example/second";

let server: TestServer;
let ada: AccountRecord;
let cookie = "";
let rsa: CryptoKey;
let elliptic: CryptoKey;
let foreign: CryptoKey;
beforeAll(async () => {
  const pairs = await Promise.all([
    generateKeyPair("RS256"),
    generateKeyPair("ES256"),
    generateKeyPair("ES256"),
  ]);
  const [one, two, three] = await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
  const [first, second, third] = pairs.map(({ privateKey }) => privateKey);
  if (first === undefined || second === undefined || third === undefined) throw new Error("No keys.");
  [rsa, elliptic, foreign] = [first, second, third];
  const jwks = {
    keys: [
      { ...one, kid: "rsa" },
      { ...two, kid: "elliptic" },
    ],
  };
  const client = (client_id: string, redirect_uris = [CALLBACK, SECOND]) => ({
    client_id,
    client_name: client_id,
    secrets: [SECRET],
    redirect_uris,
  });
  server = await startTestServer({
    clients: [
      ...(TEST_CONFIGURATION.clients ?? []),
      client("signing"),
      client("strict"),
      client("other"),
      client("always"),
      client("single", [CALLBACK]),
    ],
  });
  await change("signing", { jwks });
  await change("strict", { jwks, requestObjectSigningAlg: "ES256" });
  await change("always", { jwks, requireSignedRequestObject: true });
  await change("other", { jwks: { keys: [{ ...three, kid: "elliptic" }] } });
  await change("single", { jwks });
  ada = await addPersonWithPassword(server, "ada");
  cookie = await server.signIn(ada);
});
afterAll(() => server.close());

/** The configuration declares no keys of clients. */
async function change(clientId: string, fields: Partial<ClientRecord>): Promise<void> {
  const { store } = server.context;
  const client = await store.findClient(clientId);
  if (client === null) throw new Error(`There is no client ${clientId}.`);
  await store.putClient({ ...client, ...fields });
}

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const unsigned = (claims: unknown, header: object = {}): string =>
  `${encoded({ alg: "none", ...header })}.${encoded(claims)}.`;

/** A whole request of the client `signing`. */
const whole = (changes: Record<string, unknown> = {}): JWTPayload => ({
  iss: "signing",
  aud: ISSUER,
  client_id: "signing",
  response_type: "code",
  redirect_uri: CALLBACK,
  scope: "mail.read",
  state: "inside",
  code_challenge: challengeOf(VERIFIER),
  code_challenge_method: "S256",
  ...changes,
});

/** The same in a query, without a request object. */
const PLAIN: AuthorizationParameters = {
  client_id: "signing",
  response_type: "code",
  redirect_uri: CALLBACK,
  scope: "mail.read",
  code_challenge: challengeOf(VERIFIER),
  code_challenge_method: "S256",
};

interface Signature {
  readonly alg?: string;
  readonly kid?: string;
  readonly typ?: string;
  readonly key?: CryptoKey;
}

const signed = (
  claims: JWTPayload,
  { alg = "ES256", kid = "elliptic", key = elliptic, ...more }: Signature = {},
) => new SignJWT(claims).setProtectedHeader({ alg, kid, ...more }).sign(key);

/** The query of RFC 9101 §5 has only these. */
const bare = (request: string, changes: AuthorizationParameters = {}): AuthorizationParameters => ({
  response_type: undefined,
  client_id: "signing",
  redirect_uri: undefined,
  scope: undefined,
  state: undefined,
  code_challenge: undefined,
  code_challenge_method: undefined,
  request,
  ...changes,
});

/** What the client or the person is told. */
async function answerTo(parameters: AuthorizationParameters): Promise<Record<string, string>> {
  const response = await answerConsent(server, cookie, parameters);
  if (!response.headers.has("location"))
    return { page: String(response.status), text: await textOf(response) };
  const { origin, pathname, searchParams } = redirectOf(response);
  return { at: origin + pathname, ...Object.fromEntries(searchParams) };
}

const faultOf = async (parameters: AuthorizationParameters): Promise<string> => {
  const { page, error, code } = await answerTo(parameters);
  return page !== undefined ? `page ${page}` : (error ?? (code === undefined ? "nothing" : "code"));
};

describe("a signed request object", () => {
  test(
    proves(
      "is the whole request: client_id and request are enough",
      "RFC 9101 4-1",
      "RFC 9101 5-1",
      "RFC 9101 6.2-1",
      "OpenID Registration 2-18",
    ),
    async () => {
      for (const signature of [
        {},
        { typ: "oauth-authz-req+jwt" },
        { typ: "JWT" },
        { alg: "RS256", kid: "rsa", key: rsa },
      ]) {
        const answer = await answerTo(bare(await signed(whole(), signature)));
        expect(answer).toEqual({ at: CALLBACK, code: expect.any(String), state: "inside", iss: ISSUER });
      }
    },
  );

  test(proves("leaves nothing to the parameters beside it", "RFC 9101 5-4", "RFC 9101 6.3-1"), async () => {
    const beside = { state: "outside", redirect_uri: SECOND, scope: "mail.send", prompt: "none", nonce: "x" };
    const answer = await answerTo(bare(await signed(whole()), beside));
    expect(answer).toEqual({ at: CALLBACK, code: expect.any(String), state: "inside", iss: ISSUER });
    // A parameter that is not inside is not there at all.
    const { state: _, ...stateless } = whole();
    const without = await answerTo(bare(await signed(stateless), { state: "outside" }));
    expect(without).toEqual({ at: CALLBACK, code: expect.any(String), iss: ISSUER });
    const page = await server.fetch(authorizePath(bare(await signed(whole({ prompt: "consent" })), beside)), {
      headers: { Cookie: cookie },
    });
    expect(await textOf(page)).not.toContain("Send e-mail");
  });

  test(
    proves("without response_type is a part of a request, to which the query adds", "OpenID Core 6.1-1"),
    async () => {
      const part = { iss: "signing", aud: ISSUER, redirect_uri: SECOND, state: "inside" };
      const beside = {
        response_type: "code",
        redirect_uri: CALLBACK,
        scope: "mail.read",
        code_challenge: challengeOf(VERIFIER),
        code_challenge_method: "S256",
      };
      const answer = await answerTo(bare(await signed(part), beside));
      expect(answer).toEqual({ at: SECOND, code: expect.any(String), state: "inside", iss: ISSUER });
      const { response_type: _, ...incomplete } = beside;
      expect(await faultOf(bare(await signed(part), incomplete))).toBe("invalid_request");
    },
  );

  test(
    proves(
      "counts only with a key of this client and its own algorithm",
      "threat 35",
      "RFC 9101 6.2-2",
      "RFC 9101 6.2-3",
      "RFC 9101 10.8-1",
    ),
    async () => {
      const good = await signed(whole());
      const [header = "", , signature = ""] = good.split(".");
      const { publicKey } = await generateKeyPair("ES256");
      const secret = new TextEncoder().encode(SECRET);
      const bad: Record<string, string> = {
        "another body": `${header}.${encoded(whole({ scope: "files" }))}.${signature}`,
        "no signature": `${header}.${encoded(whole())}.`,
        "alg none with a signature": `${encoded({ alg: "none" })}.${encoded(whole())}.${signature}`,
        "alg None": `${encoded({ alg: "None" })}.${encoded(whole())}.${signature}`,
        "a key of another client": await signed(whole(), { key: foreign }),
        "an unknown kid": await signed(whole(), { kid: "../elliptic" }),
        "the algorithm of another key": await signed(whole(), { alg: "RS256", kid: "elliptic", key: rsa }),
        "a shared secret": await new SignJWT(whole()).setProtectedHeader({ alg: "HS256" }).sign(secret),
        "its own key in the header": await new SignJWT(whole())
          .setProtectedHeader({ alg: "ES256", jwk: await exportJWK(publicKey) })
          .sign(foreign),
        "a critical header": await new SignJWT(whole())
          .setProtectedHeader({ alg: "ES256", kid: "elliptic", crit: ["b64"], b64: true })
          .sign(elliptic),
        "another type": await signed(whole(), { typ: "at+jwt" }),
        "a client assertion": await signed(whole({ sub: "signing" })),
      };
      const answers: Record<string, string> = {};
      for (const [name, request] of Object.entries(bad))
        answers[name] = await faultOf(bare(request, { redirect_uri: CALLBACK }));
      expect(answers).toEqual(
        Object.fromEntries(Object.keys(bad).map((name) => [name, "invalid_request_object"])),
      );
    },
  );

  test("is refused from a client without keys, with words", async () => {
    const beside = { client_id: "web", redirect_uri: "https://client.example/callback" };
    const answer = await answerTo(bare(await signed(whole({ iss: "web", client_id: "web" })), beside));
    expect(answer.error).toBe("invalid_request_object");
    expect(answer.error_description).toContain("has registered no keys");
  });
});

describe("a client that is registered for signed requests", () => {
  const beside = { client_id: "always", redirect_uri: CALLBACK, response_type: "code" };
  const claims = whole({ iss: "always", client_id: "always" });

  test(
    proves(
      "is refused without one, with an unsigned one, and with a part of one",
      "RFC 9101 10.5-1",
      "threat 35",
    ),
    async () => {
      expect(await faultOf(bare(await signed(claims), beside))).toBe("code");
      const missing = await answerTo({ ...PLAIN, client_id: "always" });
      expect(missing).toMatchObject({ at: CALLBACK, error: "invalid_request" });
      expect(missing.error_description).toContain("this request is not signed");
      expect(await faultOf(bare(unsigned(claims), beside))).toBe("invalid_request");
      const { response_type: _, ...part } = claims;
      const partly = await answerTo(
        bare(await signed(part), {
          ...beside,
          code_challenge: challengeOf(VERIFIER),
          code_challenge_method: "S256",
        }),
      );
      expect(partly.error).toBe("invalid_request_object");
      expect(partly.error_description).toContain("not the whole request");
    },
  );

  test("is told so by the metadata: this server demands it of no other client", async () => {
    const metadata = await (await server.fetch("/.well-known/openid-configuration")).json();
    expect(metadata.require_signed_request_object).toBe(false);
  });
});

describe("a request object", () => {
  test(
    proves("must be signed as the client is registered", "OpenID Registration 2-17", "threat 35"),
    async () => {
      const claims = whole({ iss: "strict", client_id: "strict" });
      const beside = { client_id: "strict", redirect_uri: CALLBACK, response_type: "code" };
      expect(await faultOf(bare(await signed(claims), beside))).toBe("code");
      const byRsa = await signed(claims, { alg: "RS256", kid: "rsa", key: rsa });
      expect(await faultOf(bare(byRsa, beside))).toBe("invalid_request_object");
      expect(await faultOf(bare(unsigned(claims), beside))).toBe("invalid_request_object");
    },
  );

  test(
    proves(
      "names client and response type as the query does",
      "RFC 9101 5-2",
      "RFC 9101 6.3-2",
      "OpenID Core 6.1-2",
    ),
    async () => {
      const beside = { redirect_uri: CALLBACK, response_type: "code" };
      const { client_id: _, ...nameless } = whole();
      const answers = {
        "another client": await faultOf(bare(await signed(whole({ client_id: "web" })), beside)),
        "no client": await faultOf(bare(await signed(nameless), beside)),
        "another client, unsigned": await faultOf(bare(unsigned(whole({ client_id: "web" })), beside)),
        "another response type": await faultOf(
          bare(await signed(whole()), { ...beside, response_type: "token" }),
        ),
      };
      expect(new Set(Object.values(answers))).toEqual(new Set(["invalid_request_object"]));
      const { page } = await answerTo(bare(await signed(whole()), { ...beside, client_id: undefined }));
      expect(page).toBe("400");
    },
  );

  test(
    proves("is for this server and from this client, if it says so", "RFC 9101 4-3", "threat 35"),
    async () => {
      const fault = async (changes: Record<string, unknown>) =>
        faultOf(bare(await signed(whole(changes)), { redirect_uri: CALLBACK }));
      expect(await fault({ iss: undefined, aud: undefined })).toBe("code");
      expect(await fault({ aud: ["https://other.example", ISSUER] })).toBe("code");
      for (const changes of [
        { iss: "web" },
        { iss: ["signing"] },
        { iss: null },
        { aud: "https://other.example" },
        { aud: `${ISSUER}/` },
        { aud: [] },
        { aud: null },
      ])
        expect({ changes, fault: await fault(changes) }).toEqual({
          changes,
          fault: "invalid_request_object",
        });
    },
  );

  test(proves("has times that are right, or none", "threat 36", "RFC 9101 6.3-3"), async () => {
    const now = server.clock.seconds();
    const fault = async (changes: Record<string, unknown>) => {
      const claims = whole(changes);
      const answers = [await signed(claims), unsigned(claims)].map((request) =>
        faultOf(bare(request, { redirect_uri: CALLBACK, response_type: "code" })),
      );
      return [...new Set(await Promise.all(answers))].join();
    };
    for (const good of [
      {},
      { exp: now + 300, nbf: now - 300, iat: now },
      { exp: now - 5, nbf: now + 8, iat: now + 8 },
    ])
      expect({ good, fault: await fault(good) }).toEqual({ good, fault: "code" });
    for (const time of ["exp", "nbf", "iat"]) {
      for (const value of ["1", "soon", null, -1, true, [now], {}])
        expect({ time, value, fault: await fault({ [time]: value }) }).toEqual({
          time,
          value,
          fault: "invalid_request_object",
        });
    }
    // No clock is this wrong.
    for (const bad of [{ exp: now - 120 }, { exp: 0 }, { nbf: now + 120 }, { iat: now + 120 }])
      expect({ bad, fault: await fault(bad) }).toEqual({ bad, fault: "invalid_request_object" });
  });

  test(
    proves("carries no other request object, and comes with none", "RFC 9101 4-2", "RFC 9101 5-3"),
    async () => {
      const beside = { redirect_uri: CALLBACK, response_type: "code" };
      for (const name of ["request", "request_uri"]) {
        const answer = await faultOf(bare(await signed(whole({ [name]: "x" })), beside));
        expect(answer).toBe("invalid_request_object");
      }
      const both = bare(await signed(whole()), { ...beside, request_uri: "https://signed.example/r" });
      expect(await faultOf(both)).toBe("request_uri_not_supported");
      const twice = { ...bare(""), ...beside, request: [await signed(whole()), await signed(whole())] };
      expect(await faultOf(twice)).toBe("invalid_request");
      expect(await faultOf(bare(await signed(whole({ registration: {} })), beside))).toBe(
        "registration_not_supported",
      );
    },
  );

  test(proves("is not decrypted", "RFC 9101 6.1-1", "threat 39"), async () => {
    const encrypted = [encoded({ alg: "RSA-OAEP", enc: "A256GCM", zip: "DEF" }), "e30", "e30", "e30", "e30"];
    const answer = await answerTo(bare(encrypted.join("."), { redirect_uri: CALLBACK }));
    expect(answer.error).toBe("invalid_request_object");
    expect(answer.error_description).toContain("Encrypted");
  });

  test(proves("that is too long, too deep or packed is not read", "threat 39"), async () => {
    const beside = { redirect_uri: CALLBACK, response_type: "code" };
    const deep = `{"client_id":"signing","x":${"[".repeat(2000)}${"]".repeat(2000)}}`;
    const bad = {
      long: unsigned(whole({ state: "x".repeat(LONGEST_REQUEST_OBJECT) })),
      deep: unsigned(deep),
      packed: unsigned(whole(), { zip: "DEF" }),
      "with PBES2": `${encoded({ alg: "PBES2-HS256+A128KW", p2c: 2 ** 31, enc: "A128GCM" })}.e30.e30`,
    };
    for (const [name, request] of Object.entries(bad))
      expect({ name, fault: await faultOf(bare(request, beside)) }).toEqual({
        name,
        fault: "invalid_request_object",
      });
  });
});

test(
  proves(
    "the language in a request object is that of the sign-in page, and none beside it",
    "OpenID Core 15.1-4",
  ),
  async () => {
    const languageOf = async (request: string, beside: AuthorizationParameters = {}) => {
      const headers = { "Accept-Language": "tlh, en" };
      const sent = await server.fetch(authorizePath(bare(request, beside)), { headers });
      const page = await server.fetch(redirectOf(sent).href, { headers });
      return /<html lang="(\w+)">/.exec(await page.text())?.[1];
    };
    expect(await languageOf(await signed(whole({ ui_locales: "de" })))).toBe("de");
    expect(await languageOf(await signed(whole({ ui_locales: "de" })), { ui_locales: "en" })).toBe("de");
    expect(await languageOf(await signed(whole()), { ui_locales: "de" })).toBe("en");
    const part = await signed({ iss: "signing", ui_locales: "de" });
    expect(await languageOf(part, { ...PLAIN, ui_locales: "en" })).toBe("de");
  },
);

describe("the members of a request object", () => {
  const beside = { redirect_uri: CALLBACK, response_type: "code" };

  test(
    proves("are texts, numbers, objects and lists, as the specifications say", "RFC 9101 4-4"),
    async () => {
      const fine = {
        max_age: 10_000,
        claims: { id_token: { acr: { essential: true } } },
        resource: ["https://mail.example/"],
        unheard_of: { any: ["thing"] },
        scope: "openid mail.read",
      };
      expect(await faultOf(bare(await signed(whole(fine))))).toBe("code");
      expect(await faultOf(bare(await signed(whole({ max_age: "10000" }))))).toBe("code");
      expect(await faultOf(bare(await signed(whole({ resource: "https://files.example/api" }))))).toBe(
        "invalid_target",
      );
      // They mean the same as in a query.
      expect(
        await faultOf(bare(await signed(whole({ ...fine, resource: ["https://unknown.example/"] })))),
      ).toBe("invalid_target");
      const gold = { id_token: { acr: { essential: true, values: ["gold"] } } };
      expect(await faultOf(bare(await signed(whole({ ...fine, claims: gold }))))).toBe(
        "unmet_authentication_requirements",
      );
    },
  );

  test("of the wrong type are refused, and never passed over", async () => {
    for (const wrong of [
      { prompt: ["login"] },
      { state: 5 },
      { scope: ["mail.read"] },
      { code_challenge: null },
      { max_age: 1.5 },
      { max_age: true },
      { resource: [5] },
      { resource: { a: 1 } },
      { claims: 5 },
      { state: "\0" },
      { nonce: "\uD800" },
    ])
      expect({ wrong, fault: await faultOf(bare(unsigned(whole(wrong)), beside)) }).toEqual({
        wrong,
        fault: "invalid_request_object",
      });
  });

  test("appear once", async () => {
    const twice = JSON.stringify(whole()).replace(/}$/, ',"sc\\u006fpe":"files"}');
    expect(JSON.parse(twice).scope).toBe("files");
    expect(await faultOf(bare(unsigned(twice), beside))).toBe("invalid_request_object");
  });
});

describe("an unsigned request object", () => {
  test(
    proves(
      "says what the query could say: what is inside counts before what is beside it",
      "OIDF 3-10",
      "OpenID Discovery 3-16",
      "OpenID Core 6.1-1",
      "OpenID Core 6.1-3",
    ),
    async () => {
      const beside = { response_type: "code", redirect_uri: CALLBACK, state: "outside", scope: "mail.read" };
      const inside = { redirect_uri: SECOND, ...{ code_challenge: challengeOf(VERIFIER) } };
      const request = unsigned({ ...inside, code_challenge_method: "S256" });
      expect(await answerTo(bare(request, beside))).toEqual({
        at: SECOND,
        code: expect.any(String),
        state: "outside",
        iss: ISSUER,
      });
      // The client may be one that has no keys.
      const web = { iss: "web", client_id: "web", redirect_uri: "https://client.example/callback" };
      const ofWeb = bare(unsigned(whole(web)), { client_id: "web", response_type: "code" });
      expect(await faultOf(ofWeb)).toBe("code");
      expect(await faultOf({ ...ofWeb, response_type: undefined })).toBe("page 400");
    },
  );

  test(proves("gives the client no address that it did not register", "threat 5"), async () => {
    const request = unsigned(whole({ redirect_uri: "https://evil.example/" }));
    const { page, text } = await answerTo(bare(request, { redirect_uri: CALLBACK, response_type: "code" }));
    expect(page).toBe("400");
    expect(text).not.toContain("evil.example/?");
  });
});

describe("the refusal of a request object", () => {
  const faulty = async () => signed(whole({ redirect_uri: SECOND }), { key: foreign });

  test(
    proves(
      "goes to the client's address beside it, and never to one that only the object names",
      "threat 5",
      "RFC 9101 6.2-3",
    ),
    async () => {
      const request = await faulty();
      const answer = await answerTo(bare(request, { redirect_uri: CALLBACK, state: "outside" }));
      expect(answer).toMatchObject({ at: CALLBACK, error: "invalid_request_object", state: "outside" });
      for (const beside of [{}, { redirect_uri: "https://evil.example/" }]) {
        const { page, text = "" } = await answerTo(bare(request, beside));
        expect(page).toBe("400");
        expect(text).not.toContain("second");
      }
    },
  );

  test("goes to the one address of a client that has only one", async () => {
    const request = await signed(whole({ client_id: "single", iss: "single" }), { key: foreign });
    const answer = await answerTo(bare(request, { client_id: "single" }));
    expect(answer).toMatchObject({ at: CALLBACK, error: "invalid_request_object" });
  });

  test("says in the log which of the faults it was", async () => {
    const before = server.logged.length;
    await answerTo(bare(await faulty()));
    expect(server.logged.slice(before).join("\n")).toContain('"reason":"request_object_signature"');
  });
});

describe("on the way through the pages", () => {
  /** As long as it may be. */
  const longest = async (changes: Record<string, unknown> = {}) => {
    const size = async (length: number) => signed(whole({ ...changes, unheard_of: "x".repeat(length) }));
    const spare = LONGEST_REQUEST_OBJECT - (await size(0)).length;
    const request = await size(Math.floor((spare * 3) / 4) - 3);
    expect(request.length).toBeGreaterThan(LONGEST_REQUEST_OBJECT - 10);
    return request;
  };

  test("a request object survives the sign-in and the question, however long it is", async () => {
    const browser = openBrowser(server);
    const asked = await browser.get(authorizePath(bare(await longest({ prompt: "login consent" }))));
    const login = redirectOf(asked);
    // A listener takes 16 kB, with the headers of a browser.
    expect(login.href.length).toBeLessThan(13_500);
    const signedIn = await browser.submit(login.pathname + login.search, {
      username: "ada",
      password: "correct horse battery staple",
    });
    const back = new URL(signedIn.headers.get("location") ?? "", ISSUER);
    expect(back.href.length).toBeLessThan(13_500);
    const question = await browser.get(back.pathname + back.search);
    const form = (await formsOf(question)).find(({ action }) => action.endsWith("/consent"));
    if (form === undefined) throw new Error("No question.");
    const answer = redirectOf(await browser.post("/consent", { ...form.fields, decision: "allow" }));
    expect(answer.searchParams.get("state")).toBe("inside");
    expect(answer.searchParams.has("code")).toBe(true);
  });

  const passing = async (start: (request: string) => AuthorizationParameters, waits: number) => {
    const exp = server.clock.seconds() + 60;
    const browser = openBrowser(server);
    const login = redirectOf(
      await browser.get(authorizePath(start(await signed(whole({ exp, prompt: "consent" }))))),
    );
    server.clock.advance(waits);
    const signedIn = await browser.submit(login.pathname + login.search, {
      username: "ada",
      password: "correct horse battery staple",
    });
    const back = new URL(signedIn.headers.get("location") ?? "", ISSUER);
    return browser.get(back.pathname + back.search);
  };

  test("a request object may expire while the person signs in, and not beyond an hour", async () => {
    expect((await passing((request) => bare(request), 1200)).status).toBe(200);
    const late = await passing((request) => bare(request, { redirect_uri: CALLBACK }), 3700);
    expect(redirectOf(late).searchParams.get("error")).toBe("invalid_request_object");
  });

  test(proves("no link can say that an expired object was seen in time", "threat 36"), async () => {
    const now = server.clock.seconds();
    const fresh = await signed(whole({ exp: now + 60, prompt: "login" }));
    const location = redirectOf(
      await server.fetch(authorizePath(bare(fresh)), { headers: { Cookie: cookie } }),
    );
    const query = new URL(location.searchParams.get("return_to") ?? "", ISSUER).searchParams;
    const seen = query.get("tessera_request_seen") ?? "";
    expect(seen).toStartWith(`${now}.`);
    const expired = await signed(whole({ exp: now - 60 }));
    for (const claim of [seen, `${now - 100}.${seen.split(".")[1]}`, `${now - 100}.`, "x"]) {
      const answer = bare(expired, { redirect_uri: CALLBACK, tessera_request_seen: claim });
      expect(await faultOf(answer)).toBe("invalid_request_object");
    }
  });
});
