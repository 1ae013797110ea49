/**
 * RFC 7591 §2 leaves the meaning of a registered `scope` to the server. Here it is the default of a client that names
 * none; a client may ask a person for more. MCP clients register the scope of the first challenge, and later challenges
 * name more.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { AccountRecord } from "../../src/store/tables/people.ts";

import { answerConsent, redirectOf } from "../support/code-flow.ts";
import {
  answerDevice,
  expectRefusal,
  expectTokens,
  type Json,
  jsonOf,
  postAs,
  redeemCode,
  refresh,
  textOf,
} from "../support/flows.ts";
import { basic, startTestServer, type TestServer } from "../support/server.ts";
import { DEVICE_GRANT, OPEN_TO_DEVICES } from "../support/token-requests.ts";

let server: TestServer;
let bounded: TestServer;
let person: AccountRecord;
let cookie: string;
beforeAll(async () => {
  server = await startTestServer({ registration: OPEN_TO_DEVICES });
  bounded = await startTestServer({ registration: { scope: ["mail.read"] } });
  person = await server.addPerson("ada");
  cookie = await server.signIn(person);
});
afterAll(async () => {
  await server.close();
  await bounded.close();
});

const CALLBACK = "https://app.example/callback";

async function register(at: TestServer, metadata: Json = {}): Promise<Json> {
  const response = await at.fetch("/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      redirect_uris: [CALLBACK],
      grant_types: ["authorization_code", "refresh_token", DEVICE_GRANT],
      token_endpoint_auth_method: "none",
      scope: "mail.read",
      ...metadata,
    }),
  });
  expect(response.status).toBe(201);
  const registered = await jsonOf(response);
  // Refusals are sent without a page only to a client for which the operator vouches.
  await at.context.store.vouchForClient(textOf(registered, "client_id"));
  return registered;
}

/** The redirect after the person allows a request for `scope`. */
async function ask(at: TestServer, signedIn: string, clientId: string, scope?: string) {
  const changes = { client_id: clientId, redirect_uri: CALLBACK, scope };
  return redirectOf(await answerConsent(at, signedIn, changes)).searchParams;
}

test("a client that registered itself with one scope can ask a person for another, and keeps it", async () => {
  const registered = await register(server);
  expect(registered.scope).toBe("mail.read");
  const clientId = textOf(registered, "client_id");
  const code = (await ask(server, cookie, clientId, "mail.read mail.send")).get("code") ?? "";
  const tokens = await expectTokens(await redeemCode(server, code, { redirect_uri: CALLBACK }, clientId));
  expect(tokens.scope).toBe("mail.read mail.send");
  const refreshed = await refresh(server, textOf(tokens, "refresh_token"), {}, clientId);
  expect((await expectTokens(refreshed)).scope).toBe("mail.read mail.send");
});

test("so can a device", async () => {
  const clientId = textOf(await register(server), "client_id");
  const asked = await postAs(server, clientId, "/auth/device", { scope: "files" });
  const deviceCode = textOf(await jsonOf(asked), "device_code");
  await answerDevice(server, deviceCode, person);
  const form = { grant_type: DEVICE_GRANT, device_code: deviceCode };
  expect((await expectTokens(await postAs(server, clientId, "/auth/token", form))).scope).toBe("files");
});

test("asked for nothing, it gets what it registered", async () => {
  const clientId = textOf(await register(server), "client_id");
  const code = (await ask(server, cookie, clientId)).get("code") ?? "";
  const tokens = await expectTokens(await redeemCode(server, code, { redirect_uri: CALLBACK }, clientId));
  expect(tokens.scope).toBe("mail.read");
});

test("it cannot ask for what is closed to such clients", async () => {
  const clientId = textOf(await register(server), "client_id");
  expect((await ask(server, cookie, clientId, "introspect")).get("error")).toBe("invalid_scope");
  const other = textOf(await register(bounded), "client_id");
  const signedIn = await bounded.signIn(await bounded.addPerson("ada"));
  expect((await ask(bounded, signedIn, other, "mail.send")).get("error")).toBe("invalid_scope");
});

test("for itself, it gets no more than it is registered for", async () => {
  const open = await startTestServer({
    registration: { client_credentials_scope: ["mail.read", "mail.send"] },
  });
  const { client_id, client_secret } = await register(open, {
    grant_types: ["authorization_code", "client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
    scope: "mail.send",
  });
  const headers = basic(String(client_id), String(client_secret));
  const form = { grant_type: "client_credentials", scope: "mail.read" };
  await expectRefusal(await open.post("/auth/token", form, headers), 400, "invalid_scope");
  await open.close();
});

test("a client of the operator cannot ask for more than the operator gave it", async () => {
  const narrow = await startTestServer({
    clients: [{ client_id: "narrow", redirect_uris: [CALLBACK], scope: ["mail.read"] }],
  });
  const signedIn = await narrow.signIn(await narrow.addPerson("ada"));
  expect((await ask(narrow, signedIn, "narrow", "mail.send")).get("error")).toBe("invalid_scope");
  await narrow.close();
});
