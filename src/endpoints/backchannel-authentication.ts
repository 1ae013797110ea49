/** CIBA §7: a client asks a person who is not in its browser. The answer says only that the person is asked. */
import { readIdTokenHint } from "../credentials/id-token-hint.ts";
import { targetOf } from "../grant-types/grant-type.ts";
import { type PersonHint, startRequest, type WantedAnswer } from "../operations/backchannel-requests.ts";
import { asClient } from "../operations/caller.ts";
import type { Context } from "../operations/context.ts";
import { useOnce } from "../operations/single-use.ts";
import { type Handler, json } from "../platform/http.ts";
import { isAuthenticationLevel, lowestLevel } from "../protocol/authentication-level.ts";
import { OPENID_SCOPE } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import { isShownWhole } from "../protocol/names.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { BACKCHANNEL_READINGS, parametersIn, parseRequestObject } from "../protocol/request-object.ts";
import {
  requireBackchannelAlgorithm,
  requireBackchannelClaims,
  requireBackchannelObject,
  requireWhole,
  type SingleObject,
} from "../rules/backchannel-object.ts";
import { mayAsk } from "../rules/backchannel-request.ts";
import { type Act, actOfClient } from "../rules/events.ts";
import { askableScope, requestedTarget } from "../rules/scope.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { readForm } from "./form.ts";
import { requireSignature } from "./request-object.ts";

export const backchannelAuthentication =
  (context: Context): Handler =>
  async (incoming) => {
    const { limits, configuration, store } = context;
    store.requireRoom();
    const sent = await readForm(context, incoming);
    // One for the request: `asClient` may start over, and a signed request counts once.
    let isFirst: Promise<boolean> | undefined;
    const { authReqId, expiresInSeconds } = await asClient(context, incoming, sent, async (caller) => {
      const { client } = caller;
      const { clientId } = client;
      if (!mayAsk(client)) throw new OAuthError("grant_type_not_registered", { clientId });
      const retryAfterSeconds = limits.backchannelRequestPerClient.attempt(clientId);
      if (retryAfterSeconds > 0) throw new OAuthError("too_many_requests", { clientId, retryAfterSeconds });
      const act = actOfClient(incoming, clientId);
      const { parameters, single } = await readParameters(context, client, sent);
      const wanted = await readRequest(context, client, parameters);
      isFirst ??= single === null ? Promise.resolve(true) : useObject(context, act, clientId, single);
      if (!(await isFirst)) throw new OAuthError("backchannel_object_replayed", { clientId });
      return startRequest(context, act, caller, { ...wanted, requesterAddress: incoming.address });
    });
    // §7.3.
    return json({
      auth_req_id: authReqId.text,
      expires_in: expiresInSeconds,
      interval: configuration.lifetimes.device_interval_seconds,
    });
  };

const useObject = (context: Context, act: Act, clientId: string, { jti, ...once }: SingleObject) =>
  useOnce(context, act, "backchannel_request", [clientId, jti], once);

/** §7.1.1: the parameters, which a client may have signed. `single`: null for those that it did not. */
async function readParameters(
  context: Context,
  client: ClientRecord,
  sent: Parameters,
): Promise<{ readonly parameters: Parameters; readonly single: SingleObject | null }> {
  const text = sent.get("request");
  if (text === undefined) {
    requireBackchannelObject(client);
    return { parameters: sent, single: null };
  }
  try {
    requireWhole(sent);
    const object = parseRequestObject(text);
    requireBackchannelAlgorithm(object, client);
    await requireSignature(context, client, object);
    const circumstances = { issuer: context.issuer.identifier, now: context.clock.seconds() };
    const single = requireBackchannelClaims(object, client, circumstances);
    return { parameters: parametersIn(object, BACKCHANNEL_READINGS), single };
  } catch (error) {
    // §13 has no other code for it than invalid_request.
    if (!(error instanceof OAuthError) || error.error !== "invalid_request_object") throw error;
    throw new OAuthError("backchannel_object_refused", { description: error.description });
  }
}

type ReadRequest = Omit<WantedAnswer, "requesterAddress">;

/** §7.1 and §7.2: everything but the person. Throws OAuthError. */
async function readRequest(
  context: Context,
  client: ClientRecord,
  parameters: Parameters,
): Promise<ReadRequest> {
  const { catalogue } = context;
  parameters.required("scope");
  const hint = await readHint(context, client, parameters);
  if (parameters.get("user_code") !== undefined) throw new OAuthError("user_code_unsupported");
  const target = requestedTarget(catalogue, client, targetOf(parameters), askableScope(catalogue, client));
  if (!target.scope.includes(OPENID_SCOPE)) throw invalid("scope", "it must have openid");
  return {
    ...target,
    hint,
    bindingMessage: readBindingMessage(parameters),
    demandedLevel: lowestLevel(parameters.get("acr_values")?.split(/ +/).filter(isAuthenticationLevel) ?? []),
    requestedSeconds: readExpiry(parameters),
    notificationToken: readNotificationToken(parameters, client),
  };
}

const HINTS = ["login_hint", "id_token_hint", "login_hint_token"];

/** §7.1: "one (and only one) of the hints". */
async function readHint(
  { signingKeys, issuer }: Pick<Context, "signingKeys" | "issuer">,
  { clientId }: Pick<ClientRecord, "clientId">,
  parameters: Parameters,
): Promise<PersonHint> {
  const named = HINTS.filter((name) => parameters.get(name) !== undefined);
  if (named.length > 1) throw new OAuthError("hint_repeated");
  if (named.includes("login_hint_token")) throw new OAuthError("login_hint_token_unsupported");
  const name = parameters.get("login_hint");
  if (name !== undefined) return { name };
  const text = parameters.get("id_token_hint");
  if (text === undefined) throw new OAuthError("hint_missing");
  const idToken = await readIdTokenHint(signingKeys.verify, issuer.identifier, text);
  // An ID token of another client says that the person allowed something there, and nothing here.
  if (idToken === null || idToken.clientId !== clientId) throw new OAuthError("id_token_hint_invalid");
  return { idToken };
}

const BINDING_CHARACTERS = 100;

/** §7.1: "relatively short and use a limited set of plain text characters". The person compares it with another screen. */
function readBindingMessage(parameters: Parameters): string | null {
  const message = parameters.get("binding_message");
  if (message === undefined) return null;
  if ([...message].length > BINDING_CHARACTERS || !isShownWhole(message))
    throw new OAuthError("binding_message_refused");
  return message;
}

/** §7.1: a positive integer, which is kept within bounds. */
function readExpiry(parameters: Parameters): number | null {
  const text = parameters.get("requested_expiry");
  if (text === undefined) return null;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw invalid("requested_expiry", "it is a number of seconds");
  return Number(text);
}

/** RFC 6750 §2.1. */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const TOKEN_CHARACTERS = 1024;
/** §7.1: 128 bits, in the 66 characters that a token may have. */
const SHORTEST_TOKEN = 22;

/** §7.1: what proves the ping to the client. In poll mode it says nothing. */
function readNotificationToken(
  parameters: Parameters,
  { backchannelTokenDeliveryMode }: Pick<ClientRecord, "backchannelTokenDeliveryMode">,
): string | null {
  if (backchannelTokenDeliveryMode !== "ping") return null;
  const token = parameters.get("client_notification_token");
  if (token === undefined) throw new OAuthError("notification_token_missing");
  if (token.length > TOKEN_CHARACTERS || !BEARER_TOKEN.test(token))
    throw invalid("client_notification_token", "it is a bearer token of at most 1024 characters");
  if (token.length < SHORTEST_TOKEN)
    throw invalid("client_notification_token", "so short a token has less than 128 random bits");
  return token;
}

const invalid = (parameter: string, why: string): OAuthError =>
  new OAuthError("parameter_invalid", { description: `The parameter '${parameter}' is not valid: ${why}.` });
