/** A server with an administrator, an auditor, a group manager and programs, and requests to its management API. */
import { createGroup, setManager } from "../../src/operations/groups.ts";
import { changeAccount } from "../../src/operations/people.ts";
import { MANAGEMENT_SCOPES, type ManagementScope } from "../../src/protocol/management-scopes.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import { type Json, jsonOf, serviceToken, textOf, tokensFor } from "../support/flows.ts";
import { startTestServer, TEST_CONFIGURATION, type TestServer } from "../support/server.ts";

const scope = ["openid", "files", ...MANAGEMENT_SCOPES];

const clients = (TEST_CONFIGURATION.clients ?? []).map((client) =>
  client.client_id === "web" || client.client_id === "service" ? { ...client, scope } : client,
);

export const startManagedServer = (
  overrides: Parameters<typeof startTestServer>[0] = {},
  parts?: Parameters<typeof startTestServer>[1],
): Promise<TestServer> => startTestServer({ clients, ...overrides }, parts);

/** A token of a person, with these scopes. */
export const tokenOf = async (
  server: TestServer,
  account: AccountRecord,
  ...scopes: readonly ManagementScope[]
): Promise<string> => textOf(await tokensFor(server, account, { scope: scopes.join(" ") }), "access_token");

/** A token that a program has for itself. */
export const tokenOfProgram = (server: TestServer, ...scopes: readonly ManagementScope[]): Promise<string> =>
  serviceToken(server, { scope: scopes.join(" ") });

/** A group, and a member who manages it. */
export async function addManager(
  server: TestServer,
  group: string,
  username: string,
): Promise<AccountRecord> {
  const now = server.clock.seconds();
  await createGroup(server.context, SERVER_ACT, group, null, now);
  const account = await server.addPerson(username);
  await changeAccount(server.context, SERVER_ACT, account.subject, { joins: [group] }, now);
  await setManager(server.context, SERVER_ACT, group, account.subject, true);
  return account;
}

export interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  /** A body that is a file, in place of JSON. */
  readonly file?: Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

/** A request to the API; the body is sent as JSON. */
export const ask = (
  server: TestServer,
  token: string,
  path: string,
  { method = "GET", body, file, headers = {} }: ApiRequest = {},
): Promise<Response> =>
  server.fetch(`/api${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...(file !== undefined && { "Content-Type": "image/png" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(file !== undefined && { body: file }),
  });

/** The body of a request that succeeds. */
export async function askFor(
  server: TestServer,
  token: string,
  path: string,
  request?: ApiRequest,
): Promise<Json> {
  const response = await ask(server, token, path, request);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? {} : jsonOf(response);
}
