/** CIBA: clients that ask people, and people who answer. */
import { parseCredential, recordIdText } from "../../src/credentials/credential.ts";
import { answerRequest, findRequestOf } from "../../src/operations/backchannel-requests.ts";
import { CIBA_GRANT } from "../../src/protocol/grant-types.ts";
import { SERVER_ACT } from "../../src/rules/events.ts";
import type { AccountRecord } from "../../src/store/tables/people.ts";
import type { BackchannelAnswer, BackchannelRequestRecord } from "../../src/store/tables/requests.ts";
import { expectTokens, type Json, jsonOf, signedInAs, textOf } from "./flows.ts";
import { basic, SECRET, TEST_CONFIGURATION, type TestServer } from "./server.ts";

/** `agent` polls, `shop` is pinged. */
export const ASKING_CLIENTS = [
  ...(TEST_CONFIGURATION.clients ?? []),
  { client_id: "agent", client_name: "Agent", secrets: [SECRET], grant_types: [CIBA_GRANT, "refresh_token"] },
  {
    client_id: "shop",
    client_name: "Shop",
    secrets: [SECRET],
    grant_types: [CIBA_GRANT],
    backchannel_token_delivery_mode: "ping",
    backchannel_client_notification_endpoint: "https://shop.example/pings?of=ada",
  },
] as const satisfies typeof TEST_CONFIGURATION.clients;

export const NOTIFICATION_TOKEN = "a-token-of-the-shop.0123456789";

export const askPerson = (
  server: TestServer,
  form: Record<string, string | undefined> = {},
  clientId = "agent",
): Promise<Response> =>
  server.post(
    "/auth/backchannel",
    {
      scope: "openid mail.read",
      login_hint: "ada",
      ...(clientId === "shop" && { client_notification_token: NOTIFICATION_TOKEN }),
      ...form,
    },
    basic(clientId, SECRET),
  );

/** The `auth_req_id` of a request that was taken. */
export async function asked(
  server: TestServer,
  form: Record<string, string | undefined> = {},
  clientId = "agent",
): Promise<string> {
  const response = await askPerson(server, form, clientId);
  const body = await jsonOf(response);
  if (response.status !== 200) throw new Error(JSON.stringify(body));
  return textOf(body, "auth_req_id");
}

export const pollFor = (server: TestServer, authReqId: string, clientId = "agent"): Promise<Response> =>
  server.post("/auth/token", { grant_type: CIBA_GRANT, auth_req_id: authReqId }, basic(clientId, SECRET));

/** The stored request. Throws if this person was not asked. */
export async function requestOf(
  server: TestServer,
  authReqId: string,
  { subject }: AccountRecord,
): Promise<BackchannelRequestRecord> {
  const presented = parseCredential("auth_req_id", authReqId);
  const { request } = presented
    ? await findRequestOf(server.context, presented.id, subject)
    : { request: null };
  if (request === null) throw new Error("The person was not asked.");
  return request;
}

export const idOf = (authReqId: string): string => {
  const presented = parseCredential("auth_req_id", authReqId);
  return presented === null ? "" : recordIdText(presented.id);
};

/** Stores the person's answer, as the page does. False if it is not taken. */
export async function answerAs(
  server: TestServer,
  authReqId: string,
  account: AccountRecord,
  answer: BackchannelAnswer = "approved",
  { level = "1", now = account }: { readonly level?: string; readonly now?: AccountRecord } = {},
): Promise<boolean> {
  const request = await requestOf(server, authReqId, account);
  const signedIn = signedInAs(server, now);
  return answerRequest(
    server.context,
    SERVER_ACT,
    request,
    { ...signedIn, session: { ...signedIn.session, authenticationLevel: level } },
    answer,
  );
}

/** The tokens of a whole flow. */
export async function approvedTokens(server: TestServer, account: AccountRecord): Promise<Json> {
  const authReqId = await asked(server);
  if (!(await answerAs(server, authReqId, account))) throw new Error("The answer was not taken.");
  return expectTokens(await pollFor(server, authReqId));
}
