/**
 * RFC 7662: a resource server asks about a token. It sees tokens that are meant for it or were issued to it;
 * of every other token, and of every text that is none, it learns only that it is not active. Nothing is written.
 */
import { type AuthenticatedClient, actAsClient, requireConfidential } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import {
  INACTIVE,
  type Introspection,
  introspectAccessToken,
  introspectRefreshToken,
} from "../credentials/introspection.ts";
import { type Handler, type Incoming, json } from "../platform/http.ts";
import { INTROSPECT_SCOPE } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { hasBearerScheme, readBearerToken, requireBearer } from "./bearer.ts";
import { readForm } from "./form.ts";

export const introspection =
  (context: Context): Handler =>
  async (incoming) => {
    const parameters = await readForm(context, incoming);
    return json(await asCaller(context, incoming, parameters));
  };

/** RFC 7662 §2.1: a client that authenticates, or a bearer of a token with the right scope. */
async function asCaller(
  context: Context,
  { request, url }: Incoming,
  parameters: Parameters,
): Promise<Introspection> {
  const token = () => parameters.required("token");
  try {
    if (!hasBearerScheme(request)) {
      return await actAsClient(context, request, parameters, async (client) => {
        requireConfidential(client);
        return introspect(context, client.clientId, token(), client);
      });
    }
    if (parameters.get("client_secret") !== undefined) throw new OAuthError("client_authentication_twice");
    const bearer = await requireBearer(context, readBearerToken(request, url, null), INTROSPECT_SCOPE);
    return await introspect(context, bearer.token.clientId, token());
  } catch (error) {
    // A 401 has a challenge (RFC 9110 §15.5.2). Whoever did not use Basic is told of Bearer: at Basic, browsers would ask
    // people for a password.
    if (error instanceof OAuthError && error.status === 401 && error.detail.challenge === undefined) {
      throw error.with({ challenge: "Bearer", requiredScope: INTROSPECT_SCOPE });
    }
    throw error;
  }
}

/** `token_type_hint` is not needed: the prefix of a token tells its type (RFC 7662 §2.1 lets a server ignore it). */
async function introspect(
  { store, clock, catalogue, configuration }: Context,
  caller: ClientId,
  text: string,
  client?: AuthenticatedClient,
): Promise<Introspection> {
  const now = clock.seconds();
  const accessToken = parseCredential("access_token", text);
  if (accessToken !== null) {
    const found = await store.findActiveAccessToken(accessToken.id, now, client);
    if (found === null || !secretMatches(accessToken.secret, found.token.digest)) return INACTIVE;
    const { token, grant } = found;
    const visible = token.clientId === caller || catalogue.mayIntrospect(caller, token.resources);
    return visible ? introspectAccessToken(configuration.issuer, token, grant) : INACTIVE;
  }
  const refreshToken = parseCredential("refresh_token", text);
  if (refreshToken !== null) {
    const found = await store.findRefreshToken(refreshToken.id, client);
    if (found === null || !secretMatches(refreshToken.secret, found.token.digest)) return INACTIVE;
    const { token, grant } = found;
    const active = token.usedAt === null && token.expiresAt > now && grant.revokedAt === null;
    // Refresh tokens are for the client they were issued to, and for nobody else.
    return active && token.clientId === caller
      ? introspectRefreshToken(configuration.issuer, token, grant)
      : INACTIVE;
  }
  return INACTIVE;
}
