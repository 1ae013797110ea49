/** RFC 7662: a resource server asks about a token. Nothing is written. */
import { requireConfidential } from "../clients/authentication.ts";
import { asClient } from "../operations/caller.ts";
import { findServedClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { introspect } from "../operations/tokens.ts";
import { type Handler, type Incoming, json } from "../platform/http.ts";
import { INTROSPECT_SCOPE } from "../protocol/catalogue.ts";
import { CLIENT_PROOFS } from "../protocol/client-authentication.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { hasAccessTokenScheme, readAccessToken, requireAccessToken } from "./bearer.ts";
import { readForm } from "./form.ts";
import { signedIntrospection, wantsSigned } from "./signed-introspection.ts";

export const introspection =
  (context: Context): Handler =>
  async (incoming) => {
    const parameters = await readForm(context, incoming);
    try {
      const asCaller = hasAccessTokenScheme(incoming.request) ? asBearer : asConfidential;
      return await asCaller(context, incoming, parameters);
    } catch (error) {
      // The challenge of this 401 also names the scope of the token that would do.
      if (error instanceof OAuthError && error.status === 401 && error.detail.challenge === undefined) {
        throw error.with({ challenge: "Bearer", requiredScope: INTROSPECT_SCOPE });
      }
      throw error;
    }
  };

/** RFC 7662 §2.1: the caller is a client that authenticates. */
const asConfidential = (context: Context, incoming: Incoming, parameters: Parameters): Promise<Response> =>
  asClient(context, incoming, parameters, async (caller) => {
    const client = requireConfidential(caller.client);
    const { clientId } = client;
    const answer = await introspect(context, { clientId, caller }, parameters.required("token"));
    return wantsSigned(incoming.request) ? signedIntrospection(context, client, answer) : json(answer);
  });

/** RFC 7662 §2.1: the caller has an access token with the right scope. */
async function asBearer(context: Context, incoming: Incoming, parameters: Parameters): Promise<Response> {
  if (CLIENT_PROOFS.some((name) => parameters.get(name) !== undefined))
    throw new OAuthError("client_authentication_twice");
  const sent = readAccessToken(incoming, null);
  const { clientId } = await requireAccessToken(context, incoming, sent, [INTROSPECT_SCOPE]);
  const answer = await introspect(context, { clientId, caller: null }, parameters.required("token"));
  if (!wantsSigned(incoming.request)) return json(answer);
  const client = await findServedClient(context, clientId);
  // It was removed in this moment, and its token with it.
  if (client === null) throw new OAuthError("bearer_token_unknown", { challenge: sent.scheme });
  return signedIntrospection(context, client, answer);
}
