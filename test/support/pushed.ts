/** RFC 9126: pushed authorization requests, for tests that need one. */
import { type AuthorizationParameters, authorizationQuery } from "./code-flow.ts";
import { clientCredentials, jsonOf, textOf } from "./flows.ts";
import { encodeForm, type TestServer } from "./server.ts";

/** Pushes the valid request of `authorizationQuery`, with changes, as its client. `credentials`: instead of those of the test clients. */
export function postPush(
  server: TestServer,
  changes: AuthorizationParameters = {},
  credentials?: { readonly form?: Record<string, string>; readonly headers?: Record<string, string> },
  address?: string,
): Promise<Response> {
  const { client_id = "web" } = changes;
  const { form = {}, headers = {} } = credentials ?? clientCredentials(String(client_id));
  const own = Object.fromEntries(Object.entries(form).filter(([name]) => name !== "client_id"));
  return server.fetch("/auth/par", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: `${authorizationQuery(changes)}&${encodeForm(Object.entries(own))}`,
    ...(address !== undefined && { address }),
  });
}

/** The `request_uri` of a pushed request. */
export const push = async (server: TestServer, changes: AuthorizationParameters = {}): Promise<string> =>
  textOf(await jsonOf(await postPush(server, changes)), "request_uri");

/** Where the browser goes with it. */
export const pushedPath = (
  requestUri: string,
  clientId = "web",
  beside: readonly (readonly [string, string])[] = [],
): string =>
  `/auth/authorize?${encodeForm([["client_id", clientId], ["request_uri", requestUri], ...beside])}`;
