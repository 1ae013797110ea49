/** The policy for clients that register themselves holds when they act, not only when they register. */
import { afterEach, expect, test } from "bun:test";
import { openTemporary } from "../store/sqlite/temporary.ts";
import { answerConsent, authorizePath, redirectOf } from "../support/code-flow.ts";
import {
  expectRefusal,
  expectTokens,
  jsonOf,
  postRegistration,
  redeemCode,
  refresh,
  textOf,
} from "../support/flows.ts";
import { proves } from "../support/proves.ts";
import { startTestServer, type TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

type Registration = NonNullable<(typeof TEST_CONFIGURATION)["registration"]>;

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
