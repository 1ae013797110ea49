/** RFC 9126 §2: a client pushes the parameters of an authorization request, and gets a `request_uri` for the browser. */
import { asClient, type Caller } from "../operations/caller.ts";
import { findRequestingClient } from "../operations/client-documents.ts";
import type { Context } from "../operations/context.ts";
import { pushedKey } from "../operations/dpop.ts";
import { isOfStranger, type NewPushedRequest, pushRequest } from "../operations/pushed-requests.ts";
import { type Handler, type Incoming, json } from "../platform/http.ts";
import { CLIENT_PROOFS } from "../protocol/client-authentication.ts";
import { OAuthError } from "../protocol/errors.ts";
import { type Parameters, parametersFrom } from "../protocol/parameters.ts";
import { requestUriOf } from "../protocol/pushed-request.ts";
import { actOfStranger } from "../rules/events.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { checkPushedRequest } from "./authorization-request.ts";
import { readForm } from "./form.ts";

export const pushedAuthorizationRequest =
  (context: Context): Handler =>
  async (incoming) => {
    // Almost every request here writes. An overloaded store refuses it before anything else costs time.
    context.store.requireRoom();
    const sent = await readForm(context, incoming);
    const act = actOfStranger(incoming);
    // One for the request: `asClient` may start over, and a proof counts once.
    let key: Promise<string | undefined> | undefined;
    const push = async (caller: Caller) => {
      const { client } = caller;
      requireBudget(context, incoming, client);
      const pushed = await checkPushedRequest(context, client, requestIn(sent, client));
      key ??= pushedKey(context, act, incoming, parametersFrom(pushed.parameters), client);
      return pushRequest(context, act, caller, { ...pushed, parameters: boundTo(await key, pushed) });
    };
    // As at the authorization endpoint: the client of a metadata document need not be known before its first request.
    const find = (clientId: string) => findRequestingClient(context, clientId, incoming.address);
    const { text } = await asClient(context, incoming, sent, push, { find });
    return json(
      { request_uri: requestUriOf(text), expires_in: context.configuration.lifetimes.pushed_request_seconds },
      201,
    );
  };

/** RFC 9449 §10.1: the key to which the code is bound, also that of a proof, is kept as the parameter that names it. */
const boundTo = (
  key: string | undefined,
  { parameters }: NewPushedRequest,
): NewPushedRequest["parameters"] => [
  ...parameters.filter(([name]) => name !== "dpop_jkt"),
  ...(key === undefined ? [] : [["dpop_jkt", key] as const]),
];

/** The authorization request among the parameters, without those that prove the client (RFC 9126 §2.1). */
function requestIn(sent: Parameters, { clientId }: Pick<ClientRecord, "clientId">): Parameters {
  const own = sent.entries().filter(([name]) => name !== "client_id" && !CLIENT_PROOFS.includes(name));
  return parametersFrom([["client_id", clientId], ...own]);
}

/** Strangers can push too, and each request is a row. Throws `too_many_requests` (RFC 9126 §2.3). */
function requireBudget(
  { limits, configuration }: Pick<Context, "limits" | "configuration">,
  { address }: Incoming,
  client: ClientRecord,
): void {
  const retryAfterSeconds = isOfStranger(client, configuration)
    ? limits.pushedRequestPerAddress.attempt(address) || limits.pushedRequestOfStrangers.attempt("")
    : limits.pushedRequestPerClient.attempt(client.clientId);
  if (retryAfterSeconds > 0)
    throw new OAuthError("too_many_requests", { clientId: client.clientId, retryAfterSeconds });
}
