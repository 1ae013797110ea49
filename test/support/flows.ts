/** Shortcuts through the flows, for tests that need their results. They use no pages: the person always allows. */

import { expect } from "bun:test";
import { mintCredential, newRecordId, parseCredential } from "../../src/credentials/credential.ts";
import { checkAuthorizationRequest } from "../../src/endpoints/authorization-request.ts";
import { issueAuthorizationCode } from "../../src/operations/authorization.ts";
import { answerDevice as answer } from "../../src/operations/devices.ts";
import type { SignedIn } from "../../src/operations/sessions.ts";
import { INTROSPECT_SCOPE, OPENID_SCOPE } from "../../src/protocol/catalogue.ts";
import { parseParameters } from "../../src/protocol/parameters.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { DeviceCodeRecord } from "../../src/store/tables/requests.ts";
import { type AuthorizationParameters, authorizationQuery } from "./code-flow.ts";
import { BY_PASSWORD } from "./people.ts";
import { ADDRESS, basic, type FormInput, SECRET, type TestServer } from "./server.ts";
import {
  CLIENT_CREDENTIALS_FORM,
  codeForm,
  deviceForm,
  refreshForm,
  WEB_CALLBACK,
} from "./token-requests.ts";

export type Json = Record<string, unknown>;

/** The body of an answer, which must be a JSON object. */
export async function jsonOf(response: Response): Promise<Json> {
  expect(response.headers.get("content-type")).toBe("application/json");
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Error("No JSON object.");
  return { ...body };
}

/** A member that must be a string. */
export function textOf(body: Json, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new Error(`${name} is missing in ${JSON.stringify(body)}.`);
  return value;
}

/** Checks that an answer refuses with this status and code, in the form of RFC 6749 §5.2. Returns its body. */
export async function expectRefusal(response: Response, status: number, error: string): Promise<Json> {
  const body = await jsonOf(response);
  expect({ status: response.status, error: body.error }).toEqual({ status, error });
  expect(textOf(body, "error_description")).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("pragma")).toBe("no-cache");
  return body;
}

/** Checks that an answer is a success of the token endpoint (RFC 6749 §5.1). Returns its body. */
export async function expectTokens(response: Response): Promise<Json> {
  const body = await jsonOf(response);
  expect({ status: response.status, error: body.error, because: body.error_description }).toEqual({
    status: 200,
    error: undefined,
    because: undefined,
  });
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("pragma")).toBe("no-cache");
  expect(body.token_type).toBe("Bearer");
  expect(typeof body.expires_in).toBe("number");
  expect(textOf(body, "access_token")).toMatch(/^tat_[A-Za-z0-9\-_]{64}$/);
  return body;
}

/** How a client of TEST_CONFIGURATION authenticates: by Basic if it has a secret, otherwise by client_id. */
export function clientCredentials(clientId: string): {
  readonly form: Record<string, string>;
  readonly headers: Record<string, string>;
} {
  const confidential = ["web", "service", "mail-server"].includes(clientId);
  return confidential
    ? { form: {}, headers: basic(clientId, SECRET) }
    : { form: { client_id: clientId }, headers: {} };
}

/** POSTs a form as a client. */
export function postAs(
  server: TestServer,
  clientId: string,
  path: string,
  form: Record<string, string | undefined>,
): Promise<Response> {
  const credentials = clientCredentials(clientId);
  return server.post(path, { ...credentials.form, ...form }, credentials.headers);
}

/** The same for pairs, which may repeat a name. */
export function postPairsAs(
  server: TestServer,
  clientId: string,
  path: string,
  pairs: readonly (readonly [string, string])[],
): Promise<Response> {
  const credentials = clientCredentials(clientId);
  const form: FormInput = [...Object.entries(credentials.form), ...pairs];
  return server.post(path, form, credentials.headers);
}

export const requestToken = (
  server: TestServer,
  clientId: string,
  form: Record<string, string | undefined>,
): Promise<Response> => postAs(server, clientId, "/auth/token", form);

/** As if the person had just signed in with some browser. */
export function signedInAs({ context: { clock, random } }: TestServer, account: AccountRecord): SignedIn {
  const { id, digest } = mintCredential("session", clock, random);
  const now = clock.seconds();
  const times = { authenticatedAt: now, createdAt: now, lastSeenAt: now, expiresAt: now + 600 };
  return {
    account,
    session: {
      id,
      digest,
      subject: account.subject,
      continuity: id,
      address: ADDRESS,
      program: null,
      system: null,
      ...BY_PASSWORD,
      ...times,
    },
  };
}

/** A code for a person's permission. The request passes the checks of the authorization endpoint. */
export async function codeFor(
  server: TestServer,
  account: AccountRecord,
  changes: AuthorizationParameters = {},
  signedIn: SignedIn | null = null,
): Promise<string> {
  const session = signedIn ?? signedInAs(server, account);
  const isNew = signedIn === null;
  const parameters = parseParameters(authorizationQuery(changes), 64);
  const request = await checkAuthorizationRequest(server.context, parameters);
  const { clock, random, store } = server.context;
  // An application learns of the end of a session, so it gets no ID token without one.
  if (isNew && request.scope.includes(OPENID_SCOPE)) {
    await store.createSession(session.session, null, account.passwordHash);
  }
  // As if the person had just answered the consent page, and this server did not remember the answer.
  const id = newRecordId(clock, random);
  const form = { id, expiresAt: clock.seconds() + 60, sealed: String(id) };
  const options = { form, remember: false };
  const code = await issueAuthorizationCode(server.context, SERVER_ACT, request, session, options);
  if (code === null) throw new Error("The form was answered before.");
  return code;
}

/** Redeems a code as `web` with the right verifier, with changes. */
export const redeemCode = (
  server: TestServer,
  code: string,
  changes: Record<string, string | undefined> = {},
  clientId = "web",
): Promise<Response> =>
  requestToken(server, clientId, {
    ...codeForm(code, clientId === "web" ? WEB_CALLBACK : undefined),
    ...changes,
  });

/** The tokens of a whole code flow. */
export async function tokensFor(
  server: TestServer,
  account: AccountRecord,
  changes: AuthorizationParameters = {},
): Promise<Json> {
  const code = await codeFor(server, account, changes);
  const clientId = typeof changes.client_id === "string" ? changes.client_id : "web";
  const redirectUri = typeof changes.redirect_uri === "string" ? changes.redirect_uri : undefined;
  return expectTokens(
    await redeemCode(server, code, redirectUri === undefined ? {} : { redirect_uri: redirectUri }, clientId),
  );
}

export const refresh = (
  server: TestServer,
  refreshToken: string,
  changes: Record<string, string | undefined> = {},
  clientId = "web",
): Promise<Response> => requestToken(server, clientId, { ...refreshForm(refreshToken), ...changes });

/** Starts the device flow. */
export async function startDevice(
  server: TestServer,
  form: Record<string, string | undefined> = {},
  clientId = "television",
): Promise<Json> {
  const response = await postAs(server, clientId, "/auth/device", { scope: "mail.read", ...form });
  expect(response.status).toBe(200);
  return jsonOf(response);
}

export const pollDevice = (
  server: TestServer,
  deviceCode: string,
  changes: Record<string, string | undefined> = {},
  clientId = "television",
): Promise<Response> => requestToken(server, clientId, { ...deviceForm(deviceCode), ...changes });

/** The stored device code behind its text. */
export async function findDevice(server: TestServer, deviceCode: string): Promise<DeviceCodeRecord> {
  const presented = parseCredential("device_code", deviceCode);
  const stored = presented && (await server.context.store.findDeviceCode(presented.id));
  if (stored === null) throw new Error("There is no such device code.");
  return stored.device;
}

/** Stores the person's answer to the device, as the device page would. */
export async function answerDevice(
  server: TestServer,
  deviceCode: string,
  account: AccountRecord | null,
): Promise<void> {
  const { context } = server;
  const device = await findDevice(server, deviceCode);
  const decided =
    account === null
      ? await context.store.decideDeviceCode(device.id, null, context.clock.seconds())
      : await answer(context, SERVER_ACT, device, signedInAs(server, account), true);
  if (!decided) throw new Error("Somebody decided before.");
}

/** The tokens of a whole device flow. */
export async function deviceTokensFor(server: TestServer, account: AccountRecord): Promise<Json> {
  const deviceCode = textOf(await startDevice(server), "device_code");
  await answerDevice(server, deviceCode, account);
  return expectTokens(await pollDevice(server, deviceCode));
}

/** A token that the client gets for itself. */
export async function serviceToken(
  server: TestServer,
  changes: Record<string, string | undefined> = {},
  clientId = "service",
): Promise<string> {
  const response = await requestToken(server, clientId, { ...CLIENT_CREDENTIALS_FORM, ...changes });
  return textOf(await expectTokens(response), "access_token");
}

/** A token for this server itself that tells nothing of a person. */
export async function introspectScopeToken(server: TestServer): Promise<string> {
  const { store } = server.context;
  const service = await store.findClient("service");
  if (service === null) throw new Error("There is no service.");
  await store.putClient({ ...service, scope: [...service.scope, INTROSPECT_SCOPE] });
  const token = await serviceToken(server, { scope: INTROSPECT_SCOPE });
  await store.putClient(service);
  return token;
}

/** The answer of introspection to `clientId`. */
export async function introspectAs(server: TestServer, clientId: string, token: string): Promise<Json> {
  const response = await postAs(server, clientId, "/auth/introspect", { token });
  expect(response.status).toBe(200);
  return jsonOf(response);
}

/** Asks, as the grant's own client, whether its token is alive. */
export const isActive = async (server: TestServer, token: string, clientId = "web"): Promise<boolean> =>
  (await introspectAs(server, clientId, token)).active === true;

/** Registers a client (RFC 7591 §3.1). */
export const postRegistration = (
  server: TestServer,
  metadata: Json,
  headers: Record<string, string> = {},
): Promise<Response> =>
  server.fetch("/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(metadata),
  });
