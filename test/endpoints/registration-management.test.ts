/** RFC 7592, OpenID Connect Registration §4: a client reads, changes and removes its own registration. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  changeClient,
  disableClient,
  enableClient,
  removeClient,
  vouchForClient,
} from "../../src/operations/clients.ts";
import { signOut } from "../../src/operations/sessions.ts";
import { OutboundError } from "../../src/platform/outbound.ts";
import type { ClientId } from "../../src/protocol/identifiers.ts";
import { actOfStranger } from "../../src/rules/events.ts";
import { sessions } from "../../src/store/tables/sign-in.ts";
import { logoutNotices } from "../../src/store/tables/waiting.ts";
import { codeFor, expectRefusal, expectTokens, type Json, jsonOf, textOf } from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { ADDRESS, basic, startTestServer, type TestServer } from "../support/server.ts";

const CALLBACK = "https://client.example.org/callback";
const METADATA = {
  redirect_uris: [CALLBACK],
  client_name: "My Example Client",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "client_secret_basic",
  scope: "profile mail.read",
  contacts: ["ve7jtb@example.org"],
  "client_name#fr": "Mon Exemple",
  jwks_uri: "https://client.example.org/keys",
};
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const ACT = actOfStranger({ address: ADDRESS, requestId: "test" });

let server: TestServer;
let visited: string[] = [];
let document: () => Promise<string>;
beforeEach(async () => {
  visited = [];
  document = async () => JSON.stringify([CALLBACK]);
  server = await startTestServer(
    {},
    {
      outbound: {
        async send({ url }) {
          visited.push(url);
          return { status: 200, text: await document() };
        },
      },
    },
  );
});
afterEach(() => server.close());

interface Registered {
  readonly answer: Json;
  readonly clientId: ClientId;
  readonly uri: string;
  readonly token: string;
}

const send = (method: string, path: string, token: string | null, body?: unknown, address = ADDRESS) =>
  server.fetch(path, {
    method,
    address,
    headers: {
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function register(changes: Record<string, unknown> = {}): Promise<Registered> {
  const response = await send("POST", "/auth/register", null, { ...METADATA, ...changes });
  const answer = await jsonOf(response);
  expect(answer.error_description).toBeUndefined();
  expect(response.status).toBe(201);
  return {
    answer,
    clientId: textOf(answer, "client_id") as ClientId,
    uri: textOf(answer, "registration_client_uri"),
    token: textOf(answer, "registration_access_token"),
  };
}
const update = ({ uri, token, clientId }: Registered, changes: Record<string, unknown> = {}) =>
  send("PUT", uri, token, { ...METADATA, client_id: clientId, ...changes });
const row = async ({ clientId }: Registered) => await server.context.store.findClient(clientId);

describe("the answer to a registration", () => {
  test(
    proves(
      "has the address and the token with which the client manages it; the database has the token's digest alone",
      "RFC 7592 3-1",
      "RFC 7592 3-2",
      "RFC 7592 5-4",
      "OpenID Registration 3.2-5",
      "OpenID Registration 4.1-1",
      "OpenID Registration 4.1-2",
    ),
    async () => {
      const registered = await register();
      expect(registered.uri).toBe(
        `https://auth.example/auth/register?client_id=${encodeURIComponent(registered.clientId)}`,
      );
      expect(registered.token).toMatch(/^tra_[A-Za-z0-9_-]{64}$/);
      const stored = await row(registered);
      expect(stored?.registrationToken).toHaveLength(32);
      expect(JSON.stringify(stored)).not.toContain(registered.token.slice(4));
      expect(server.logged.join("")).not.toContain(registered.token.slice(4));
    },
  );
});

describe("reading", () => {
  test(
    proves(
      "returns all registered metadata, the address and the same token, and changes nothing",
      "RFC 7592 2.1-1",
      "RFC 7592 3-3",
      "OpenID Registration 4.2-1",
      "OpenID Registration 4.3-1",
      "OpenID Registration 4.3-2",
      "OpenID Registration 4.3-3",
    ),
    async () => {
      const registered = await register();
      const before = await row(registered);
      const response = await send("GET", registered.uri, registered.token);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("application/json");
      expect(response.headers.get("cache-control")).toBe("no-store");
      const { client_secret, client_secret_expires_at, ...told } = registered.answer;
      expect(await jsonOf(response)).toEqual(told);
      expect(told).toMatchObject(METADATA);
      expect(await row(registered)).toEqual(before);
      expect((await send("HEAD", registered.uri, registered.token)).status).toBe(200);
    },
  );

  test(
    proves(
      "needs the token of this very client; whether the client exists does not show",
      "RFC 7592 2-1",
      "RFC 7592 2.1-3",
      "RFC 7592 2.1-4",
      "OpenID Registration 4-1",
      "OpenID Registration 4.1-3",
      "OpenID Registration 4.4-1",
      "OpenID Registration 4.4-2",
      "OpenID Registration 4.4-4",
      "threat 34",
    ),
    async () => {
      const registered = await register();
      const other = await register();
      const unknown = "/auth/register?client_id=cl_AAAAAAAAAAAAAAAAAAAAAA";
      const answers: string[] = [];
      for (const [path, token] of [
        [registered.uri, other.token],
        [registered.uri, String(registered.answer.client_secret)],
        [unknown, registered.token],
        [unknown, other.token],
        ["/auth/register", registered.token],
        [`${registered.uri}&client_id=${other.clientId}`, registered.token],
        [registered.uri, registered.token.slice(0, -1)],
        ["/auth/register?client_id=web", registered.token],
      ] as const) {
        const response = await send("GET", path, token);
        expect(response.headers.get("www-authenticate")).toContain("Bearer");
        answers.push(JSON.stringify(await expectRefusal(response, 401, "invalid_token")));
      }
      expect(new Set(answers).size).toBe(1);
      const missing = await send("GET", registered.uri, null);
      expect(missing.headers.get("www-authenticate")).toMatch(/^Bearer/);
      await expectRefusal(missing, 401, "invalid_token");
      const inQuery = `${registered.uri}&access_token=${registered.token}`;
      await expectRefusal(await send("GET", inQuery, registered.token), 400, "invalid_request");
    },
  );

  test(proves("guesses are limited per address, and a good token is not", "threat 33"), async () => {
    await server.close();
    server = await startTestServer({ limits: { registrations_per_address: 3 } });
    const registered = await register();
    const guess = () => send("GET", registered.uri, `tra_${"A".repeat(64)}`);
    await expectRefusal(await guess(), 401, "invalid_token");
    await expectRefusal(await guess(), 401, "invalid_token");
    const limited = await guess();
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectRefusal(limited, 429, "temporarily_unavailable");
    expect((await send("GET", registered.uri, registered.token)).status).toBe(200);
  });

  test(
    proves(
      "is refused with 403 while the operator has disabled the client, as is every other method",
      "RFC 7592 2.1-6",
      "RFC 7592 2.2-10",
      "RFC 7592 2.3-6",
      "OpenID Registration 4.4-3",
    ),
    async () => {
      const registered = await register();
      await disableClient(server.context, ACT, registered.clientId, server.clock.seconds());
      const before = await row(registered);
      for (const answer of [
        await send("GET", registered.uri, registered.token),
        await update(registered),
        await send("DELETE", registered.uri, registered.token),
      ])
        await expectRefusal(answer, 403, "access_denied");
      expect(await row(registered)).toEqual(before);
      await enableClient(server.context, ACT, registered.clientId);
      expect((await send("GET", registered.uri, registered.token)).status).toBe(200);
    },
  );

  test(proves("goes on as long as the client is there", "RFC 7592 5-1"), async () => {
    const registered = await register();
    await server.context.store.putClient({ ...(await row(registered)), unusedFrom: null } as never);
    server.clock.advance(10 * 365 * 86_400);
    expect((await send("GET", registered.uri, registered.token)).status).toBe(200);
  });
});

describe("changing", () => {
  test(
    proves(
      "replaces all metadata: what is left out is gone; identifier, secret and token stay",
      "RFC 7592 2.2-3",
      "RFC 7592 2.2-4",
      "RFC 7592 2.2-7",
      "RFC 7592 3-3",
    ),
    async () => {
      const registered = await register();
      const response = await send("PUT", registered.uri, registered.token, {
        client_id: registered.clientId,
        client_secret: registered.answer.client_secret,
        redirect_uris: [CALLBACK, "https://client.example.org/alt"],
        client_name: "My New Example",
        contacts: null,
      });
      expect(response.status).toBe(200);
      const answer = await jsonOf(response);
      expect(answer).toMatchObject({
        client_id: registered.clientId,
        client_name: "My New Example",
        redirect_uris: [CALLBACK, "https://client.example.org/alt"],
        grant_types: ["authorization_code"],
        registration_access_token: registered.token,
        registration_client_uri: registered.uri,
      });
      for (const gone of ["contacts", "client_name#fr", "jwks_uri", "client_secret"])
        expect(Object.keys(answer)).not.toContain(gone);
      const token = await server.post(
        "/auth/token",
        {
          grant_type: "authorization_code",
          code: "x",
          redirect_uri: CALLBACK,
          code_verifier: "x".repeat(43),
        },
        basic(registered.clientId, String(registered.answer.client_secret)),
      );
      await expectRefusal(token, 400, "invalid_grant");
      // A lost answer does no harm: the same request may be sent again.
      expect((await update(registered)).status).toBe(200);
      expect((await update(registered)).status).toBe(200);
    },
  );

  test.each([
    ["another client_id", { client_id: "web" }, "client_id"],
    ["no client_id", { client_id: undefined }, "client_id"],
    ["a secret that the client chose", { client_secret: "a secret of my own choice" }, "client_secret"],
    ["registration_access_token", { registration_access_token: "x" }, "registration_access_token"],
    ["registration_client_uri", { registration_client_uri: "x" }, "registration_client_uri"],
    ["client_secret_expires_at", { client_secret_expires_at: 0 }, "client_secret_expires_at"],
    ["client_id_issued_at", { client_id_issued_at: 1 }, "client_id_issued_at"],
    ["metadata that is not valid", { initiate_login_uri: "http://client.example.org" }, "initiate_login_uri"],
  ] as const)(
    proves(
      "%s is refused, and nothing changes",
      "RFC 7592 2.2-2",
      "RFC 7592 2.2-5",
      "RFC 7592 2.2-6",
      "threat 22",
    ),
    async (_, changes, words) => {
      const registered = await register();
      const before = await row(registered);
      const refused = await expectRefusal(await update(registered, changes), 400, "invalid_client_metadata");
      expect(refused.error_description).toContain(words);
      expect(await row(registered)).toEqual(before);
    },
  );

  test(
    proves(
      "gives no more than a registration gives, and tells what it gives",
      "RFC 7592 2.2-11",
      "OpenID Registration 3.1-1",
      "threat 22",
      "threat 24",
    ),
    async () => {
      const registered = await register();
      const answer = await jsonOf(
        await update(registered, {
          grant_types: ["authorization_code", "client_credentials"],
          scope: "profile introspect",
          first_party: true,
        }),
      );
      expect(answer).toMatchObject({ grant_types: ["authorization_code"], scope: "profile" });
      expect((await row(registered))?.firstParty).toBe(false);
      await expectRefusal(
        await update(registered, { redirect_uris: ["https://auth.example/account"] }),
        400,
        "invalid_redirect_uri",
      );
    },
  );

  test("a client that becomes public loses its secret, and one that becomes confidential gets one", async () => {
    const registered = await register();
    const made = await jsonOf(await update(registered, { token_endpoint_auth_method: "none" }));
    expect(made.client_secret).toBeUndefined();
    expect((await row(registered))?.secrets).toEqual([]);
    const again = await jsonOf(await update(registered));
    expect(again.client_secret).toMatch(/^tcs_/);
    expect(again.client_secret_expires_at).toBe(0);
  });

  test(
    proves("a new name or address ends the operator's trust; other changes do not", "threat 22"),
    async () => {
      const registered = await register();
      const vouch = () => vouchForClient(server.context, ACT, registered.clientId, server.clock.seconds());
      const isVouched = async () => (await row(registered))?.vouchedAt !== null;
      await vouch();
      await update(registered, { contacts: ["other@example.org"], redirect_uris: [CALLBACK] });
      expect(await isVouched()).toBe(true);
      for (const change of [
        { client_name: "Your Bank" },
        { redirect_uris: [CALLBACK, "https://evil.example/"] },
        { "client_name#de": "Ihre Bank" },
        { post_logout_redirect_uris: ["https://evil.example/bye"] },
        { client_uri: "https://evil.example" },
        { tos_uri: "https://evil.example/terms" },
        { policy_uri: "https://evil.example/privacy" },
        { initiate_login_uri: "https://evil.example/login" },
      ]) {
        await vouch();
        await update(registered, change);
        expect(await isVouched()).toBe(false);
      }
      expect(server.logged.join("")).toContain("client.unvouched");
    },
  );

  test(
    proves("what the operator took from a client it cannot take back: its token has ended", "threat 22"),
    async () => {
      const registered = await register();
      const allowed = ["authorization_code" as const];
      await changeClient(server.context, ACT, registered.clientId, (client) => ({
        ...client,
        grantTypes: allowed,
      }));
      for (const method of ["GET", "PUT", "DELETE"]) {
        const body = method === "PUT" ? { ...METADATA, client_id: registered.clientId } : undefined;
        expect((await send(method, registered.uri, registered.token, body)).status).toBe(401);
      }
      expect((await row(registered))?.grantTypes).toEqual(allowed);
    },
  );

  /** What the client has after a person signed in to it. */
  async function signedInTo({ clientId: client_id }: Registered) {
    const person = await server.addPerson(`person-${client_id}`);
    const request = { client_id, redirect_uri: CALLBACK, scope: "openid profile" };
    const code = await codeFor(server, person, request);
    const tokens = await expectTokens(
      await server.post("/auth/token", {
        grant_type: "authorization_code",
        code,
        client_id,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
      }),
    );
    const bearer = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
    return {
      userinfo: () => server.fetch("/auth/userinfo", { headers: bearer }),
      refresh: () =>
        server.post("/auth/token", {
          grant_type: "refresh_token",
          refresh_token: textOf(tokens, "refresh_token"),
          client_id,
        }),
    };
  }

  test.each([
    ["the sector of another host", "pairwise", [{ redirect_uris: ["https://victim.example/cb"] }]],
    [
      "the sector of another host, in two steps",
      "public",
      [
        { redirect_uris: ["https://victim.example/cb"], subject_type: "public" },
        { redirect_uris: ["https://victim.example/cb"] },
      ],
    ],
    ["public identifiers", "pairwise", [{ subject_type: "public" }]],
  ])(
    proves("a client that moves to %s keeps no access by which it learns who is who", "threat 64"),
    async (_, subject_type, changes) => {
      const pairwise = {
        token_endpoint_auth_method: "none",
        scope: "openid profile",
        subject_type: "pairwise",
      };
      const registered = await register({ ...pairwise, subject_type });
      const { userinfo, refresh } = await signedInTo(registered);
      expect((await userinfo()).status).toBe(200);
      for (const change of changes)
        expect((await update(registered, { ...pairwise, ...change })).status).toBe(200);
      await expectRefusal(await userinfo(), 401, "invalid_token");
      await expectRefusal(await refresh(), 400, "invalid_grant");
    },
  );

  test(proves("and no notice of a sign-out that waits", "threat 64"), async () => {
    const pairwise = {
      token_endpoint_auth_method: "none",
      scope: "openid profile",
      subject_type: "pairwise",
    };
    const backchannel = { backchannel_logout_uri: "https://client.example.org/logout" };
    const registered = await register({ ...pairwise, ...backchannel });
    await signedInTo(registered);
    document = () => Promise.reject(new OutboundError("unreachable", "It is down."));
    const [session] = await server.context.store.list(sessions, { limit: 1 });
    if (session === undefined) throw new Error("There is no session.");
    await signOut(server.context, ACT, session.id);
    const waiting = () => server.context.store.list(logoutNotices, { limit: 10 });
    expect(await waiting()).toMatchObject([{ clientId: registered.clientId }]);
    const moved = { redirect_uris: ["https://victim.example/cb"] };
    expect((await update(registered, { ...pairwise, ...backchannel, ...moved })).status).toBe(200);
    expect(await waiting()).toEqual([]);
  });

  test("a client that knows people as before keeps its access", async () => {
    const pairwise = {
      token_endpoint_auth_method: "none",
      scope: "openid profile",
      subject_type: "pairwise",
    };
    const registered = await register(pairwise);
    const { userinfo } = await signedInTo(registered);
    const other = { redirect_uris: ["https://client.example.org/other"] };
    expect((await update(registered, { ...pairwise, ...other })).status).toBe(200);
    expect((await userinfo()).status).toBe(200);
  });

  test(
    proves("is limited per address, and refused where registration is off", "RFC 7592 2.2-10"),
    async () => {
      const registered = await register();
      const { store, configuration } = server.context;
      const stored = await row(registered);
      await server.close();
      server = await startTestServer({ registration: { mode: "off" } });
      await server.context.store.putClient(stored as never);
      await expectRefusal(await update(registered), 403, "access_denied");
      expect((await send("GET", registered.uri, registered.token)).status).toBe(200);
      expect({ store, configuration }).toBeDefined();
    },
  );
});

describe("removing", () => {
  test(
    proves(
      "answers 204 and ends everything: the identifier, the secret, the token, grants and tokens",
      "RFC 7592 2.3-1",
      "RFC 7592 2.3-2",
      "RFC 7592 5-5",
      "RFC 7592 5-6",
    ),
    async () => {
      const person = await server.addPerson("ada");
      const registered = await register({ token_endpoint_auth_method: "none" });
      const client_id = registered.clientId;
      const code = await codeFor(server, person, { client_id, redirect_uri: CALLBACK, scope: "profile" });
      const tokens = await expectTokens(
        await server.post("/auth/token", {
          grant_type: "authorization_code",
          code,
          client_id,
          redirect_uri: CALLBACK,
          code_verifier: VERIFIER,
        }),
      );
      const bearer = { Authorization: `Bearer ${textOf(tokens, "access_token")}` };
      expect((await server.fetch("/auth/userinfo", { headers: bearer })).status).toBe(200);

      const response = await send("DELETE", registered.uri, registered.token);
      expect(response.status).toBe(204);
      expect(await response.text()).toBe("");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await row(registered)).toBeNull();
      await expectRefusal(await server.fetch("/auth/userinfo", { headers: bearer }), 401, "invalid_token");
      const refreshed = await server.post("/auth/token", {
        grant_type: "refresh_token",
        refresh_token: textOf(tokens, "refresh_token"),
        client_id,
      });
      await expectRefusal(refreshed, 401, "invalid_client");
      for (const method of ["GET", "DELETE"])
        await expectRefusal(await send(method, registered.uri, registered.token), 401, "invalid_token");
      await expectRefusal(await update(registered), 401, "invalid_token");
      expect(server.logged.join("")).toContain("client.removed");
    },
  );

  test(
    proves(
      "a client that the operator removed is unknown to its token, by every method",
      "RFC 7592 2.1-4",
      "RFC 7592 2.2-9",
      "RFC 7592 2.1-5",
      "RFC 7592 2.3-5",
    ),
    async () => {
      const registered = await register();
      await removeClient(server.context, ACT, registered.clientId, server.clock.seconds());
      await expectRefusal(await send("GET", registered.uri, registered.token), 401, "invalid_token");
      await expectRefusal(await update(registered), 401, "invalid_token");
      await expectRefusal(await send("DELETE", registered.uri, registered.token), 401, "invalid_token");
    },
  );
});

describe("the endpoint", () => {
  test(proves("refuses other methods, and says which it has", "RFC 7592 2-3"), async () => {
    const registered = await register();
    const response = await send("PATCH", registered.uri, registered.token, {});
    await expectRefusal(response, 405, "invalid_request");
    for (const method of ["GET", "PUT", "DELETE", "POST"])
      expect(response.headers.get("allow")).toContain(method);
  });

  test(
    proves("is for scripts of all sites", "OpenID Registration 4-2", "OpenID Registration 3-1"),
    async () => {
      const registered = await register();
      const preflight = await server.fetch(registered.uri, {
        method: "OPTIONS",
        headers: { Origin: "https://app.example", "Access-Control-Request-Method": "PUT" },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
      for (const method of ["GET", "PUT", "DELETE", "POST"])
        expect(preflight.headers.get("access-control-allow-methods")).toContain(method);
    },
  );
});

describe("sector_identifier_uri", () => {
  const SECTOR = "https://sector.example/uris.json";

  test(
    proves(
      "is fetched at the registration and must list every redirect URI, byte for byte",
      "OpenID Registration 5-1",
      "OpenID Registration 5-2",
      "OpenID Registration 5-3",
      "OpenID Registration 6-1",
      "OpenID Registration 6-2",
    ),
    async () => {
      const second = "https://other.example/caf%C3%A9";
      const changes = {
        redirect_uris: [CALLBACK, second],
        subject_type: "pairwise",
        sector_identifier_uri: SECTOR,
      };
      document = async () =>
        JSON.stringify([second.replace("e", "\\u0065"), CALLBACK, "https://more.example/"]).replace(
          "\\\\",
          "\\",
        );
      const registered = await register(changes);
      expect(registered.answer).toMatchObject({ subject_type: "pairwise", sector_identifier_uri: SECTOR });
      expect(visited).toEqual([SECTOR]);
      document = async () => JSON.stringify([CALLBACK, second.toLowerCase()]);
      for (const answer of [
        await send("POST", "/auth/register", null, { ...METADATA, ...changes }),
        await update(registered, changes),
      ]) {
        const refused = await expectRefusal(answer, 400, "invalid_client_metadata");
        expect(refused.error_description).toContain(second);
      }
    },
  );

  test.each([
    ["is not JSON", async () => "<p>", "not a JSON array"],
    ["is an object", async () => "{}", "not a JSON array"],
    [
      "cannot be fetched",
      async () => {
        throw new OutboundError("redirected", "It redirects. Give the final address.");
      },
      "It redirects.",
    ],
  ])(
    proves("is refused if the document %s", "OIDF 2-3", "OpenID Registration 5-2", "OpenID Registration 7-1"),
    async (_, answers, words) => {
      document = answers;
      const response = await send("POST", "/auth/register", null, {
        ...METADATA,
        sector_identifier_uri: SECTOR,
      });
      const refused = await expectRefusal(response, 400, "invalid_client_metadata");
      expect(refused.error_description).toContain(words);
    },
  );

  test(
    proves("tells a stranger nothing of hosts inside, and the log everything", "threat 20", "threat 34"),
    async () => {
      const answers: string[] = [];
      for (const error of [
        new OutboundError("unresolved", "There is no host sector.example."),
        new OutboundError("address_refused", "The host sector.example is not on the public Internet."),
        new OutboundError("unreachable", "The host sector.example cannot be reached."),
        new OutboundError("too_slow", "It takes too long to answer."),
      ]) {
        document = async () => {
          throw error;
        };
        const body = { ...METADATA, sector_identifier_uri: SECTOR };
        const response = await send("POST", "/auth/register", null, body);
        const refused = await expectRefusal(response, 400, "invalid_client_metadata");
        answers.push(String(refused.error_description));
        expect(server.logged.some((line) => line.includes(error.message))).toBe(true);
      }
      expect(new Set(answers).size).toBe(1);
    },
  );
});

describe("what a client demands for itself", () => {
  const DEMANDS = {
    dpop_bound_access_tokens: true,
    require_pushed_authorization_requests: true,
    require_signed_request_object: true,
  };

  test(proves("cannot be taken back by an update", "threat 85"), async () => {
    const registered = await register(DEMANDS);
    for (const changes of [
      {},
      Object.fromEntries(Object.keys(DEMANDS).map((name) => [name, false])),
      { require_signed_request_object: "" },
    ]) {
      const updated = await update(registered, changes);
      expect(updated.status).toBe(200);
      expect(await jsonOf(updated)).toMatchObject(DEMANDS);
    }
    // The rest must fit them: without keys it could sign nothing.
    await expectRefusal(await update(registered, { jwks_uri: null }), 400, "invalid_client_metadata");
    await expectRefusal(
      await update(registered, { require_pushed_authorization_requests: "yes" }),
      400,
      "invalid_client_metadata",
    );
  });

  test(proves("stays, if the operator asks it in the moment of an update", "threat 85"), async () => {
    const registered = await register();
    document = async () => {
      const client = await row(registered);
      if (client === null) throw new Error("There is no client.");
      await server.context.store.putClient({ ...client, requirePushedAuthorizationRequests: true });
      return JSON.stringify([CALLBACK]);
    };
    const sector = { sector_identifier_uri: "https://client.example.org/sector.json" };
    expect((await update(registered, sector)).status).toBe(503);
    expect((await row(registered))?.requirePushedAuthorizationRequests).toBe(true);
    expect((await update(registered, sector)).status).toBe(200);
    expect((await row(registered))?.requirePushedAuthorizationRequests).toBe(true);
  });
});
