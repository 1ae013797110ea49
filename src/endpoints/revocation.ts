/** RFC 7009: a client gives a token back. A refresh token takes everything of its grant with it (§2.1). */
import { type AuthenticatedClient, actAsClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import { parseCredential, secretMatches } from "../credentials/credential.ts";
import { type Handler, json } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientId } from "../protocol/identifiers.ts";
import { readForm } from "./form.ts";

export const revocation =
  (context: Context): Handler =>
  async (incoming) => {
    const parameters = await readForm(context, incoming);
    await actAsClient(context, incoming.request, parameters, async (client) =>
      revoke(context, client, parameters.required("token")),
    );
    // RFC 7009 §2.2: 200 also for tokens that do not exist. An empty object, as some clients parse the body.
    return json({});
  };

async function revoke({ store, clock }: Context, client: AuthenticatedClient, text: string): Promise<void> {
  const now = clock.seconds();
  const { clientId } = client;
  const requireOwn = (owner: ClientId) => {
    if (owner !== clientId) throw new OAuthError("token_of_other_client", { clientId });
  };
  const refreshToken = parseCredential("refresh_token", text);
  if (refreshToken !== null) {
    const found = await store.findRefreshToken(refreshToken.id, client);
    if (found === null || !secretMatches(refreshToken.secret, found.token.digest)) return;
    requireOwn(found.token.clientId);
    await store.revokeGrant(found.grant.id, "revoked_by_client", now);
    return;
  }
  const accessToken = parseCredential("access_token", text);
  if (accessToken !== null) {
    const found = await store.findActiveAccessToken(accessToken.id, now, client);
    if (found === null || !secretMatches(accessToken.secret, found.token.digest)) return;
    requireOwn(found.token.clientId);
    await store.revokeAccessToken(accessToken.id);
  }
}
