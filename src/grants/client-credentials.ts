/** RFC 6749 §4.4: a confidential client acts for itself. No grant row and no refresh token (§4.4.3). */
import { type AuthenticatedClient, isConfidential } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import { mintAccessToken, type TokenResponse, tokenResponse } from "../credentials/issue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import type { Grant } from "./grant.ts";
import { requestedScope } from "./requested-scope.ts";

async function redeem(
  context: Context,
  client: AuthenticatedClient,
  parameters: Parameters,
): Promise<TokenResponse> {
  if (!isConfidential(client)) throw new OAuthError("client_not_confidential", { clientId: client.clientId });
  const { scope, resources } = requestedScope(context, client, parameters, client.scope);
  // Nobody agreed to what a client does for itself, so an API must not find its own name in a token that has no scope.
  if (scope.length === 0 && parameters.all("resource").length > 0) {
    throw new OAuthError("resource_scope_empty", { clientId: client.clientId });
  }
  const accessToken = mintAccessToken(context, {
    client,
    grantId: null,
    subject: client.clientId,
    scope,
    resources,
  });
  const outcome = await context.store.issueAccessToken(accessToken.record, client);
  if (outcome === "refused") throw new OAuthError("client_disabled", { clientId: client.clientId });
  return tokenResponse(accessToken, null);
}

export const clientCredentialsGrant: Grant = { grantType: "client_credentials", redeem };
