/** The policy for clients that register themselves holds when they act, not only when they register. */
import { afterEach, describe, expect, test } from "bun:test";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { answerConsent, authorizePath, redirectOf } from "../support/code-flow.ts";
import {
  expectRefusal,
  expectTokens,
  jsonOf,
  postRegistration,
  redeemCode,
  refresh,
  requestToken,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { basic, startTestServer, type TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

type Registration = NonNullable<(typeof TEST_CONFIGURATION)["registration"]>;

const INITIAL = "an-initial-access-token-of-the-operator";
const CALLBACK = "https://app.example/callback";
const PRIVATE = "cursor://app/callback";
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Registers a client under the default policy. The server then starts again on the same database with another one. */
async function registerThen(registration: Registration) {
  const opened = await openTemporary();
  const first = await startTestServer({}, { opened: { store: opened.store, close: async () => {} } });
  const registered = await postRegistration(first, {
    redirect_uris: [CALLBACK, PRIVATE],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  });
  const clientId = textOf(await jsonOf(registered), "client_id");
  const person = await first.addPerson("ada");
  const cookie = await first.signIn(person);
  const request = { client_id: clientId, redirect_uri: CALLBACK, scope: "mail.read mail.send" };
  const code = redirectOf(await answerConsent(first, cookie, request)).searchParams.get("code") ?? "";
  const changes = { redirect_uri: CALLBACK, client_id: clientId };
  const tokens = await expectTokens(await redeemCode(first, code, changes, clientId));
  await first.close();
  const server = await startTestServer({ registration }, { opened });
  servers.push(server);
  return { server, clientId, cookie, tokens };
}

test(proves("a grant type that is closed since is closed for clients that exist", "threat 67"), async () => {
  const { server, clientId, tokens } = await registerThen({ grant_types: ["authorization_code"] });
  const form = { client_id: clientId };
  const refreshed = await refresh(server, textOf(tokens, "refresh_token"), form, clientId);
  await expectRefusal(refreshed, 400, "unauthorized_client");
});

test(proves("a scope that is closed since is narrowed away", "threat 67"), async () => {
  const { server, clientId, tokens } = await registerThen({ scope: ["mail.read"] });
  const form = { client_id: clientId };
  const refreshed = await refresh(server, textOf(tokens, "refresh_token"), form, clientId);
  expect((await expectTokens(refreshed)).scope).toBe("mail.read");
});

test(proves("a private-use scheme that is closed since gets no answer", "threat 67"), async () => {
  const { server, clientId, cookie } = await registerThen({ private_use_schemes: [] });
  const path = authorizePath({ client_id: clientId, redirect_uri: PRIVATE, scope: "mail.read" });
  const response = await server.fetch(path, { headers: { Cookie: cookie } });
  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});

test("a client that exists goes on when registration is closed", async () => {
  const { server, clientId, tokens } = await registerThen({ mode: "off" });
  const form = { client_id: clientId };
  const refreshed = await refresh(server, textOf(tokens, "refresh_token"), form, clientId);
  expect((await expectTokens(refreshed)).scope).toBe("mail.read mail.send");
});

describe("a client that registered itself to act for itself", () => {
  /** Registers with these two scopes, while both are open. Then the server starts again with this policy. */
  async function registerServiceThen(registration: Registration, headers: Record<string, string> = {}) {
    const opened = await openTemporary();
    const open = {
      client_credentials_scope: ["mail.read", "mail.send"],
      initial_access_tokens: [INITIAL],
    } satisfies Registration;
    const first = await startTestServer(
      { registration: open },
      { opened: { store: opened.store, close: async () => {} } },
    );
    const body = await jsonOf(
      await postRegistration(
        first,
        { grant_types: ["client_credentials"], scope: "mail.read mail.send" },
        headers,
      ),
    );
    await first.close();
    const server = await startTestServer({ registration }, { opened });
    servers.push(server);
    const credentials = basic(textOf(body, "client_id"), textOf(body, "client_secret"));
    return {
      server,
      issue: (form: Record<string, string> = {}) =>
        server.post("/auth/token", { grant_type: "client_credentials", ...form }, credentials),
    };
  }

  test(proves("does not when no scope is open for that any more", "threat 61", "threat 67"), async () => {
    const { issue } = await registerServiceThen({});
    await expectRefusal(await issue(), 400, "unauthorized_client");
  });

  test(proves("has only the scopes that are open for that now", "threat 61", "threat 67"), async () => {
    const { issue } = await registerServiceThen({ client_credentials_scope: ["mail.send"] });
    expect((await expectTokens(await issue())).scope).toBe("mail.send");
    await expectRefusal(await issue({ scope: "mail.read" }), 400, "invalid_scope");
  });

  test("keeps what it registered with an initial access token of the operator", async () => {
    const { issue } = await registerServiceThen({}, { Authorization: `Bearer ${INITIAL}` });
    expect((await expectTokens(await issue())).scope).toBe("mail.read mail.send");
  });
});

describe("limits.tokens_per_registered_client:", () => {
  async function startLimited() {
    const limited = await startTestServer({
      limits: { tokens_per_registered_client: 3 },
      registration: { client_credentials_scope: ["mail.read"] },
    });
    servers.push(limited);
    const body = await jsonOf(
      await postRegistration(limited, { grant_types: ["client_credentials"], scope: "mail.read" }),
    );
    const credentials = basic(textOf(body, "client_id"), textOf(body, "client_secret"));
    const issue = (form: Record<string, string> = {}) =>
      limited.post("/auth/token", { grant_type: "client_credentials", ...form }, credentials);
    return { limited, clientId: textOf(body, "client_id"), issue };
  }

  test(proves("a client that registered itself gets that many tokens in an hour", "threat 61"), async () => {
    const { limited, issue } = await startLimited();
    // What issues nothing does not count.
    for (let count = 0; count < 5; count += 1) expect((await issue({ scope: "files" })).status).toBe(400);
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => issue()))).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = await issue();
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectRefusal(refused, 429, "temporarily_unavailable");
    limited.clock.advance(2 * 3600);
    expect((await issue()).status).toBe(200);
  });

  test("clients of the operator, and those that the operator vouches for, get more", async () => {
    const { limited, clientId, issue } = await startLimited();
    await limited.context.store.vouchForClient(clientId);
    for (let count = 0; count < 5; count += 1) {
      expect((await issue()).status).toBe(200);
      expect((await requestToken(limited, "service", { grant_type: "client_credentials" })).status).toBe(200);
    }
  });
});
