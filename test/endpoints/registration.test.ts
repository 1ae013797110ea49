/** RFC 7591 at the endpoint: who may register, the answer, the limits, and the removal. Threat classes 22, 23, 42. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { digestSecret } from "../../src/credentials/credential.ts";
import { removeAllExpired } from "../../src/operations/housekeeping.ts";

import { authorizePath, VERIFIER } from "../support/code-flow.ts";
import { EXCHANGE_GRANT } from "../support/exchange.ts";
import {
  answerDevice,
  codeFor,
  expectRefusal,
  expectTokens,
  type Json,
  jsonOf,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, basic, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT } from "../support/token-requests.ts";

const CALLBACK = "https://client.example.org/callback";
const CALLBACK2 = "https://client.example.org/callback2";

function post(
  server: TestServer,
  body: unknown,
  headers: Record<string, string> = {},
  address = ADDRESS,
): Promise<Response> {
  return server.fetch("/auth/register", {
    method: "POST",
    address,
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function registered(
  server: TestServer,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Json> {
  const response = await post(server, body, headers);
  const answer = await jsonOf(response);
  expect({ status: response.status, because: answer.error_description }).toEqual({
    status: 201,
    because: undefined,
  });
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("pragma")).toBe("no-cache");
  return answer;
}
const countClients = async (server: TestServer): Promise<number> =>
  (await server.context.store.listClients()).length;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ limits: { registrations_per_address: 10_000 } });
});
afterAll(() => server.close());

describe("open registration", () => {
  test(
    proves(
      "replays the first example of RFC 7591 §3.1 and answers as §3.2.1 does",
      "OIDF 2-1",
      "RFC 7591 2-1",
      "RFC 7591 2-10",
      "OpenID Registration 3-2",
      "OpenID Registration 3.1-2",
      "OpenID Registration 3.2-1",
      "OpenID Registration 3.2-6",
      "RFC 7591 2.2-5",
      "RFC 7591 3-1",
      "RFC 7591 3-3",
      "RFC 7591 3.2.1-1",
      "RFC 7591 3.2.1-5",
    ),
    async () => {
      const before = Math.floor(server.clock.millis() / 1000);
      const body = await registered(server, {
        redirect_uris: [CALLBACK, CALLBACK2],
        client_name: "My Example Client",
        "client_name#ja-Jpan-JP": "\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D",
        token_endpoint_auth_method: "client_secret_basic",
        logo_uri: "https://client.example.org/logo.png",
        jwks_uri: "https://client.example.org/my_public_keys.jwks",
        example_extension_parameter: "example_value",
      });
      expect(textOf(body, "client_id")).toMatch(/^cl_[A-Za-z0-9\-_]{22}$/);
      expect(textOf(body, "client_secret")).toMatch(/^tcs_[A-Za-z0-9\-_]{64}$/);
      expect(body.client_id_issued_at).toBeGreaterThanOrEqual(before);
      const { client_id, client_secret, client_id_issued_at, ...others } = body;
      const { registration_access_token, registration_client_uri, ...rest } = others;
      expect(rest).toEqual({
        client_secret_expires_at: 0,
        client_name: "My Example Client",
        "client_name#ja-Jpan-JP": "\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D",
        logo_uri: "https://client.example.org/logo.png",
        jwks_uri: "https://client.example.org/my_public_keys.jwks",
        redirect_uris: [CALLBACK, CALLBACK2],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_basic",
        scope: "openid profile email phone address groups offline_access mail.read mail.send files",
      });
    },
  );

  test(
    proves(
      "returns what is stored, and nothing else; the secret is stored as its digest",
      "RFC 7591 2-3",
      "RFC 7591 3.2.1-6",
    ),
    async () => {
      const sent = {
        redirect_uris: [CALLBACK],
        client_name: "Größe ✉",
        client_uri: "https://client.example.org/",
        logo_uri: "https://client.example.org/logo.png",
        tos_uri: "https://client.example.org/tos",
        policy_uri: "https://client.example.org/policy",
        contacts: ["a@example.org", "b@example.org"],
        software_id: "4NRB1",
        software_version: "1.2",
        application_type: "web",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_post",
        scope: "mail.read mail.send",
        default_scope: "mail.read",
      };
      const body = await registered(server, sent);
      expect(body).toMatchObject(sent);
      const stored = await server.context.store.findClient(textOf(body, "client_id"));
      if (stored === null) throw new Error("It was not stored.");
      expect<unknown>({
        redirect_uris: stored.redirectUris,
        client_name: stored.clientName,
        client_uri: stored.clientUri,
        logo_uri: stored.logoUri,
        tos_uri: stored.tosUri,
        policy_uri: stored.policyUri,
        contacts: stored.contacts,
        software_id: stored.softwareId,
        software_version: stored.softwareVersion,
        application_type: stored.applicationType,
        grant_types: stored.grantTypes,
        response_types: ["code"],
        token_endpoint_auth_method: stored.tokenEndpointAuthMethod,
        scope: stored.scope.join(" "),
        default_scope: stored.defaultScope.join(" "),
      }).toEqual(sent);
      expect(stored.source).toBe("registration");
      expect(stored.requirePkce).toBe(true);
      expect(stored.usedAt).toBeNull();
      expect(stored.createdAt).toBe(Number(body.client_id_issued_at));
      const secret = textOf(body, "client_secret");
      expect(stored.secrets).toHaveLength(1);
      expect(stored.secrets.map(({ digest }) => Buffer.from(digest).toString("hex"))).toEqual([
        Buffer.from(digestSecret(secret)).toString("hex"),
      ]);
      expect(JSON.stringify(stored)).not.toContain(secret.slice(40));
    },
  );

  test(
    proves("takes what programs send that could work anywhere, and tells what it took", "OIDF 2-2"),
    async () => {
      const body = await registered(server, {
        redirect_uris: ["https://claude.ai/api/mcp/auth_callback", ""],
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
        response_types: ["code", "id_token"],
        scope: "openid email  profile",
        logo_uri: "data:image/png;base64,AA",
        client_uri: "",
        software_statement: "",
        application_type: "spa",
        contacts: "",
      });
      const { client_id, client_id_issued_at, registration_access_token, registration_client_uri, ...rest } =
        body;
      expect(rest).toEqual({
        redirect_uris: ["https://claude.ai/api/mcp/auth_callback"],
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        scope: "openid email profile",
      });
    },
  );

  test(proves("a public client gets no secret and no expiry of one", "RFC 7591 3.2.1-5"), async () => {
    const body = await registered(server, { redirect_uris: [CALLBACK], token_endpoint_auth_method: "none" });
    expect(Object.keys(body).filter((name) => name.includes("secret"))).toEqual([]);
    expect(body.token_endpoint_auth_method).toBe("none");
  });

  test(proves("a device-only client needs no redirect URI, and works", "RFC 7591 2-2"), async () => {
    const devices = await startTestServer({ registration: { grant_types: [DEVICE_GRANT] } });
    const body = await registered(devices, {
      client_name: "TV",
      grant_types: [DEVICE_GRANT],
      token_endpoint_auth_method: "none",
      response_types: [],
    });
    expect(body.redirect_uris).toBeUndefined();
    expect(body.response_types).toEqual([]);
    const started = await devices.post("/auth/device", {
      client_id: textOf(body, "client_id"),
      scope: "mail.read",
    });
    expect(started.status).toBe(200);
    await devices.close();
  });

  test(
    proves(
      "a client that would act for itself needs a scope that is open to it",
      "RFC 7591 2-2",
      "RFC 7591 5-10",
      "threat 61",
    ),
    async () => {
      const refused = await post(server, { grant_types: ["client_credentials"] });
      await expectRefusal(refused, 400, "invalid_client_metadata");
      const both = { redirect_uris: [CALLBACK], grant_types: ["authorization_code", "client_credentials"] };
      expect((await registered(server, both)).grant_types).toEqual(["authorization_code"]);
      const narrow = { grant_types: ["client_credentials"], scope: "mail.send" };
      const open = await startTestServer({ registration: { client_credentials_scope: ["mail.read"] } });
      try {
        await expectRefusal(await post(open, narrow), 400, "invalid_client_metadata");
        const body = await registered(open, { grant_types: ["client_credentials"] });
        expect(body.scope).toBe("mail.read");
        const headers = basic(textOf(body, "client_id"), textOf(body, "client_secret"));
        const form = { grant_type: "client_credentials" };
        const tokens = await expectTokens(await open.post("/auth/token", form, headers));
        expect(tokens.scope).toBe("mail.read");
        await expectRefusal(
          await open.post("/auth/token", { ...form, scope: "mail.send" }, headers),
          400,
          "invalid_scope",
        );
      } finally {
        await open.close();
      }
    },
  );

  test(proves("metadata of more than 8 kB is refused", "threat 61"), async () => {
    const long = (characters: number) => ({ redirect_uris: [CALLBACK], other: "x".repeat(characters) });
    await registered(server, long(8000));
    await expectRefusal(await post(server, long(8192)), 413, "invalid_client_metadata");
    const wide = { redirect_uris: [CALLBACK], other: "é".repeat(4096) };
    await expectRefusal(await post(server, wide), 413, "invalid_client_metadata");
  });

  test(proves("a whole code flow works with what came back", "RFC 7591 2-1", "RFC 7591 2-3"), async () => {
    const person = await server.addPerson("registered-flow");
    const body = await registered(server, {
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: "client_secret_post",
    });
    const code = await codeFor(server, person, {
      client_id: textOf(body, "client_id"),
      redirect_uri: CALLBACK,
    });
    await expectTokens(
      await server.post("/auth/token", {
        grant_type: "authorization_code",
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
        client_id: textOf(body, "client_id"),
        client_secret: textOf(body, "client_secret"),
      }),
    );
  });

  test(
    proves(
      "the identifier is the server's to choose (RFC 9700 §4.15)",
      "RFC 9700 2.6-2",
      "RFC 9700 4.15.1-1",
    ),
    async () => {
      const body = await registered(server, {
        redirect_uris: [CALLBACK],
        client_id: "web",
        client_secret: "mine",
        source: "configuration",
      });
      expect(body.client_id).not.toBe("web");
      expect(body.client_secret).not.toBe("mine");
    },
  );

  test(
    proves(
      "two registrations share nothing",
      "RFC 7591 2-9",
      "RFC 7591 3.2.1-2",
      "RFC 7591 3.2.1-3",
      "OpenID Registration 3.2-2",
      "OpenID Registration 3.2-3",
      "RFC 7591 3.2.1-4",
      "RFC 7591 5-12",
    ),
    async () => {
      const first = await registered(server, { redirect_uris: [CALLBACK] });
      const second = await registered(server, { redirect_uris: [CALLBACK] });
      expect(first.client_id).not.toBe(second.client_id);
      expect(first.client_secret).not.toBe(second.client_secret);
    },
  );
});

describe("a registration that is refused", () => {
  test.each([
    [
      "the first error of RFC 7591 §3.2.2",
      { redirect_uris: ["http://sketchy.example.com/callback"] },
      "invalid_redirect_uri",
    ],
    [
      "the second error of RFC 7591 §3.2.2",
      { redirect_uris: [CALLBACK], jwks: { keys: [] }, jwks_uri: "https://client.example.org/jwks" },
      "invalid_client_metadata",
    ],
    ["no redirect URI", {}, "invalid_redirect_uri"],
    ["a dangerous scheme", { redirect_uris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
    [
      "an unsupported grant type",
      { redirect_uris: [CALLBACK], grant_types: ["implicit"] },
      "invalid_client_metadata",
    ],
    [
      "private_key_jwt without keys",
      { redirect_uris: [CALLBACK], token_endpoint_auth_method: "private_key_jwt" },
      "invalid_client_metadata",
    ],
    [
      "a scope that does not exist",
      { redirect_uris: [CALLBACK], scope: "everything" },
      "invalid_client_metadata",
    ],
    [
      "the scope to introspect",
      { redirect_uris: [CALLBACK], scope: "introspect" },
      "invalid_client_metadata",
    ],
    [
      "a software statement",
      { redirect_uris: [CALLBACK], software_statement: "a.b.c" },
      "invalid_software_statement",
    ],
    ["an array", [], "invalid_request"],
    ["null", null, "invalid_request"],
    ["a number", 1, "invalid_request"],
    ["text", '"text"', "invalid_request"],
    ["half an object", "{", "invalid_request"],
    ["nothing", "", "invalid_request"],
    ["two objects", "{}{}", "invalid_request"],
    ["deep nesting", "[".repeat(5000), "invalid_request"],
    ["a form", "redirect_uris=https%3A%2F%2Fa.example", "invalid_request"],
  ])(
    proves(
      "%s: nothing is stored",
      "RFC 7591 2-8",
      "OpenID Registration 2-10",
      "RFC 7591 3.2.2-1",
      "RFC 7591 5-3",
      "RFC 7591 5-4",
      "RFC 9700 2.6-4",
    ),
    async (_, sent, error) => {
      const before = await countClients(server);
      const body = await expectRefusal(await post(server, sent), 400, error);
      expect(textOf(body, "error_uri")).toStartWith("https://auth.example/help/errors#");
      expect(await countClients(server)).toBe(before);
    },
  );

  test(proves("the wrong content type, and a body that is too large", "RFC 7591 3-1"), async () => {
    const before = await countClients(server);
    await expectRefusal(
      await post(server, "redirect_uris=x", { "Content-Type": "application/x-www-form-urlencoded" }),
      415,
      "invalid_request",
    );
    await expectRefusal(
      await post(server, { redirect_uris: [CALLBACK], x: "a".repeat(70_000) }),
      413,
      "invalid_request",
    );
    expect(await countClients(server)).toBe(before);
  });

  test("bytes that are no UTF-8", async () => {
    const response = await server.fetch("/auth/register", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: Buffer.concat([Buffer.from('{"client_name":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    });
    await expectRefusal(response, 400, "invalid_request");
  });

  test("redirect URIs are named, so that the developer finds the one that is wrong", async () => {
    const body = await expectRefusal(
      await post(server, { redirect_uris: [CALLBACK, "http://sketchy.example.com/callback"] }),
      400,
      "invalid_redirect_uri",
    );
    expect(body.error_description).toBe(
      "The redirect URI 'http://sketchy.example.com/callback' is not allowed: http is only for loopback addresses; use https. For a client on an intranet the operator can allow http (allow_http_redirects).",
    );
  });
});

describe("registration per address", () => {
  test("is limited, with Retry-After that holds; others are not affected; nothing is stored", async () => {
    const limited = await startTestServer({
      limits: { registrations_per_address: 3, registration_window_seconds: 60 },
    });
    limited.clock.freeze();
    try {
      const sound = { redirect_uris: [CALLBACK] };
      for (let round = 0; round < 3; round += 1) expect((await post(limited, sound)).status).toBe(201);
      const before = await countClients(limited);
      const refused = await post(limited, sound);
      const wait = Number(refused.headers.get("retry-after"));
      expect(wait).toBeGreaterThan(0);
      await expectRefusal(refused, 429, "temporarily_unavailable");
      expect(await countClients(limited)).toBe(before);
      expect((await post(limited, sound, {}, "198.51.100.20")).status).toBe(201);
      limited.clock.advance(120);
      expect((await post(limited, sound)).status).toBe(201);
    } finally {
      await limited.close();
    }
  });

  test("counts what is refused too, so that the check cannot be used to probe", async () => {
    const limited = await startTestServer({ limits: { registrations_per_address: 2 } });
    try {
      expect((await post(limited, {})).status).toBe(400);
      expect((await post(limited, "{")).status).toBe(400);
      expect((await post(limited, { redirect_uris: [CALLBACK] })).status).toBe(429);
    } finally {
      await limited.close();
    }
  });
});

describe("registration with an initial access token", () => {
  const TOKEN = "ey23f2.adfj230.af32-developer321";
  let closed: TestServer;
  beforeAll(async () => {
    closed = await startTestServer({
      registration: {
        mode: "token",
        initial_access_tokens: [TOKEN, `sha256:${Buffer.from(digestSecret("the-other")).toString("hex")}`],
      },
      limits: { registrations_per_address: 1 },
    });
  });
  afterAll(() => closed.close());
  const sound = {
    redirect_uris: [CALLBACK, CALLBACK2],
    jwks: { keys: [] },
    policy_uri: "https://client.example.org/policy.html",
  };

  test("replays the second example of RFC 7591 §3.1; each of the operator's tokens works, and is not limited", async () => {
    for (const token of [TOKEN, "the-other", TOKEN]) {
      const body = await registered(closed, sound, { Authorization: `Bearer ${token}` });
      expect(body.policy_uri).toBe("https://client.example.org/policy.html");
    }
  });

  test(
    proves("lets such a client act for itself with the scopes it registers", "RFC 7591 5-10"),
    async () => {
      const body = await registered(
        closed,
        { grant_types: ["client_credentials"], scope: "mail.read" },
        { Authorization: `Bearer ${TOKEN}` },
      );
      expect(body.scope).toBe("mail.read");
    },
  );

  test(
    proves("is refused without one: 401, a Bearer challenge that names no error", "RFC 6750 3.1-4"),
    async () => {
      const before = await countClients(closed);
      for (const headers of [{}, { Authorization: "Basic eDp5" }]) {
        const response = await post(closed, sound, headers as Record<string, string>);
        expect(response.headers.get("www-authenticate")).toBe('Bearer realm="Tessera"');
        await expectRefusal(response, 401, "invalid_token");
      }
      expect(await countClients(closed)).toBe(before);
    },
  );

  test("is refused with a wrong one: 401 invalid_token in the challenge", async () => {
    for (const [index, token] of ["wrong", `${TOKEN}x`, TOKEN.slice(1), `trg_${"A".repeat(64)}`].entries()) {
      const address = `198.51.100.${index}`;
      const response = await post(closed, sound, { Authorization: `Bearer ${token}` }, address);
      expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
      await expectRefusal(response, 401, "invalid_token");
    }
    await expectRefusal(await post(closed, sound, { Authorization: "Bearer" }), 400, "invalid_request");
  });

  test("guesses are limited per address, with Retry-After; good tokens are not", async () => {
    const address = "192.0.2.77";
    const guess = () => post(closed, sound, { Authorization: "Bearer guess" }, address);
    await expectRefusal(await guess(), 401, "invalid_token");
    const refused = await guess();
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectRefusal(refused, 429, "temporarily_unavailable");
    expect((await post(closed, sound, { Authorization: `Bearer ${TOKEN}` }, address)).status).toBe(201);
  });

  test("is not had from the query or the body", async () => {
    const response = await closed.fetch(`/auth/register?access_token=${TOKEN}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...sound, access_token: TOKEN }),
    });
    await expectRefusal(response, 401, "invalid_token");
  });

  test("the token opens registration and nothing else (threat class 13)", async () => {
    const bearer = { Authorization: `Bearer ${TOKEN}` };
    await expectRefusal(await closed.fetch("/auth/userinfo", { headers: bearer }), 401, "invalid_token");
    await expectRefusal(await closed.post("/auth/introspect", { token: "x" }, bearer), 401, "invalid_token");
  });

  test(proves("in open mode a wrong one is an error all the same", "threat 18"), async () => {
    const before = await countClients(server);
    await expectRefusal(await post(server, sound, { Authorization: "Bearer wrong" }), 401, "invalid_token");
    expect(await countClients(server)).toBe(before);
  });
});

describe("the grant types that clients may register themselves for", () => {
  test(
    proves("are without the device grant and token exchange, unless the operator adds them", "threat 26"),
    async () => {
      for (const grant of [DEVICE_GRANT, EXCHANGE_GRANT]) {
        const refused = await expectRefusal(
          await post(server, { grant_types: [grant] }),
          400,
          "invalid_client_metadata",
        );
        expect(refused.error_description).toContain("is not open to clients that register themselves");
        // A part of what a client asks for is better than nothing: it learns what it got.
        const part = { redirect_uris: [CALLBACK], grant_types: [grant, "authorization_code"] };
        expect(await registered(server, part)).toMatchObject({ grant_types: ["authorization_code"] });
      }
      // One that has the grant type from before may not use it either.
      const { client_id } = await registered(server, { redirect_uris: [CALLBACK] });
      const client = await server.context.store.findClient(String(client_id));
      if (client === null) throw new Error("There is no client.");
      await server.context.store.putClient({
        ...client,
        tokenEndpointAuthMethod: "none",
        secrets: [],
        grantTypes: [DEVICE_GRANT],
      });
      const asked = await server.post("/auth/device", { client_id: client.clientId, scope: "mail.read" });
      await expectRefusal(asked, 400, "unauthorized_client");
    },
  );

  test("are the operator's to limit, the default one included", async () => {
    const limited = await startTestServer({ registration: { grant_types: [DEVICE_GRANT] } });
    try {
      await registered(limited, { grant_types: [DEVICE_GRANT], token_endpoint_auth_method: "none" });
      for (const body of [
        { redirect_uris: [CALLBACK] },
        { redirect_uris: [CALLBACK], grant_types: ["authorization_code"] },
        { grant_types: ["client_credentials"] },
      ]) {
        const refused = await expectRefusal(await post(limited, body), 400, "invalid_client_metadata");
        expect(refused.error_description).toContain("is not open to clients that register themselves");
      }
      const part = { redirect_uris: [CALLBACK], grant_types: [DEVICE_GRANT, "authorization_code"] };
      expect(await registered(limited, part)).toMatchObject({
        grant_types: [DEVICE_GRANT],
        response_types: [],
      });
      // This does not apply to clients of the operator.
      expect((await limited.context.store.findClient("web"))?.grantTypes).toContain("authorization_code");
    } finally {
      await limited.close();
    }
  });
});

describe("registration that is off", () => {
  test("is refused for everybody, and the metadata does not mention it", async () => {
    const off = await startTestServer({
      registration: { mode: "off", initial_access_tokens: ["token-of-old"] },
    });
    try {
      const before = await countClients(off);
      for (const headers of [{}, { Authorization: "Bearer token-of-old" }]) {
        await expectRefusal(
          await post(off, { redirect_uris: [CALLBACK] }, headers as Record<string, string>),
          403,
          "access_denied",
        );
      }
      expect(await countClients(off)).toBe(before);
    } finally {
      await off.close();
    }
  });
});

describe("a registration that nobody uses", () => {
  test("goes away after a while; one that was used stays, and so do those of the operator", async () => {
    const tidy = await startTestServer({
      registration: {
        unused_seconds: 1000,
        client_credentials_scope: ["mail.read"],
        grant_types: ["authorization_code", "client_credentials", DEVICE_GRANT],
      },
    });
    tidy.clock.freeze();
    try {
      const person = await tidy.addPerson("ada");
      const unused = textOf(await registered(tidy, { redirect_uris: [CALLBACK] }), "client_id");
      const byCode = textOf(
        await registered(tidy, { redirect_uris: [CALLBACK], token_endpoint_auth_method: "none" }),
        "client_id",
      );
      const byItself = await registered(tidy, { grant_types: ["client_credentials"] });
      const byDevice = textOf(
        await registered(tidy, { grant_types: [DEVICE_GRANT], token_endpoint_auth_method: "none" }),
        "client_id",
      );
      const byAsking = textOf(
        await registered(tidy, { grant_types: [DEVICE_GRANT], token_endpoint_auth_method: "none" }),
        "client_id",
      );
      tidy.clock.advance(999);
      await removeAllExpired(tidy.context);
      expect(await tidy.context.store.findClient(unused)).not.toBeNull();

      await codeFor(tidy, person, { client_id: byCode, redirect_uri: CALLBACK });
      await expectTokens(
        await tidy.post(
          "/auth/token",
          { grant_type: "client_credentials" },
          basic(textOf(byItself, "client_id"), textOf(byItself, "client_secret")),
        ),
      );
      const started = await jsonOf(await tidy.post("/auth/device", { client_id: byDevice }));
      // Asking for device codes is no use of the client, because any stranger can (threat class 42).
      expect((await tidy.post("/auth/device", { client_id: byAsking })).status).toBe(200);
      await answerDevice(tidy, textOf(started, "device_code"), person);
      tidy.clock.advance(2);
      await removeAllExpired(tidy.context);
      for (const clientId of [unused, byAsking]) {
        expect(await tidy.context.store.findClient(clientId)).toBeNull();
      }
      for (const clientId of [byCode, textOf(byItself, "client_id"), byDevice, "web", "mail-server"]) {
        expect(`${clientId} ${(await tidy.context.store.findClient(clientId)) !== null}`).toBe(
          `${clientId} true`,
        );
      }
      // The answer to an agent with a removed registration must make it register again.
      await expectRefusal(
        await tidy.post("/auth/token", { grant_type: "client_credentials" }, basic(unused, "x")),
        401,
        "invalid_client",
      );
      const page = await tidy.fetch(authorizePath({ client_id: unused, redirect_uri: CALLBACK }));
      expect(page.status).toBe(400);
    } finally {
      await tidy.close();
    }
  });

  test("goes away sooner if too many newer ones came, though not within an hour", async () => {
    const crowded = await startTestServer({
      registration: { unused_kept: 3, initial_access_tokens: ["a-token-of-the-operator"] },
    });
    // Strangers would have to wait.
    const trusted = { Authorization: "Bearer a-token-of-the-operator" };
    crowded.clock.freeze();
    try {
      const { store } = crowded.context;
      const person = await crowded.addPerson("ada");
      const clients: string[] = [];
      for (let count = 0; count < 6; count += 1) {
        clients.push(textOf(await registered(crowded, { redirect_uris: [CALLBACK] }, trusted), "client_id"));
        crowded.clock.advance(1);
      }
      const [, allowed = "", ...others] = clients;
      await codeFor(crowded, person, { client_id: allowed, redirect_uri: CALLBACK });
      const left = async () => {
        await removeAllExpired(crowded.context);
        const listed = (await store.listClients()).map(({ clientId }) => String(clientId));
        return clients.filter((clientId) => listed.includes(clientId));
      };
      crowded.clock.advance(3593);
      expect(await left()).toEqual(clients);
      crowded.clock.advance(2);
      expect(await left()).toEqual([allowed, ...others]);
      crowded.clock.advance(10);
      expect(await left()).toEqual([allowed, ...others.slice(-3)]);
    } finally {
      await crowded.close();
    }
  });

  test(
    proves("keeps strangers out while there are too many, also in the first hour", "threat 61"),
    async () => {
      const full = await startTestServer({
        registration: { unused_kept: 3, initial_access_tokens: ["a-token-of-the-operator"] },
      });
      full.clock.freeze();
      try {
        const client = { redirect_uris: [CALLBACK] };
        for (let count = 0; count < 3; count += 1) await registered(full, client);
        const refused = await post(full, client);
        expect(refused.headers.get("retry-after")).toBe("3600");
        await expectRefusal(refused, 503, "temporarily_unavailable");
        await registered(full, client, { Authorization: "Bearer a-token-of-the-operator" });
        full.clock.advance(3602);
        await removeAllExpired(full.context);
        await registered(full, client);
      } finally {
        await full.close();
      }
    },
  );
});
