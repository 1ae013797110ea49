/** This server's own resource, protected by RFC 6750 and RFC 9449: the facts about the person that the token's scopes allow. */
import { claimsAbout } from "../operations/claims.ts";
import { findServedClient } from "../operations/clients.ts";
import type { Context } from "../operations/context.ts";
import { FORM_TYPE, type Handler, type Incoming, json, NO_SNIFFING, NO_STORE } from "../platform/http.ts";
import {
  ADDRESS_SCOPE,
  EMAIL_SCOPE,
  GROUPS_SCOPE,
  OPENID_SCOPE,
  PHONE_SCOPE,
  USERINFO_SCOPE,
} from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { readAccessToken, requireAccessToken } from "./bearer.ts";
import { readForm } from "./form.ts";

export const userinfo =
  (context: Context): Handler =>
  async (incoming) => {
    const { request, query } = incoming;
    // RFC 6750 §2.2: a form body may carry the token; a POST without a form is fine too.
    const type = (request.headers.get("content-type") ?? "").toLowerCase();
    const hasForm = request.method === "POST" && type.startsWith(FORM_TYPE);
    const form = hasForm && query === "" ? await readTokenForm(context, incoming) : null;
    const sent = readAccessToken(incoming, form);
    const { scope, grant, clientId } = await requireAccessToken(context, incoming, sent, [
      OPENID_SCOPE,
      USERINFO_SCOPE,
      EMAIL_SCOPE,
      PHONE_SCOPE,
      ADDRESS_SCOPE,
      GROUPS_SCOPE,
    ]);
    const claims =
      grant &&
      (await claimsAbout(
        context,
        { subject: grant.subject, clientId, grantId: grant.id },
        scope,
        grant.claims?.userinfo,
      ));
    // The token belongs to a client itself and to no person, or has ended in this moment.
    if (claims === null) throw new OAuthError("bearer_token_unknown", { challenge: sent.scheme });
    return answer(context, clientId, claims);
  };

/** OpenID Connect Core §5.3.2: as JSON, or signed if the client registered an algorithm for it. */
async function answer(
  context: Context,
  clientId: string,
  claims: Readonly<Record<string, unknown>>,
): Promise<Response> {
  const { configuration, issuer, signingKeys } = context;
  const client = await findServedClient(context, clientId);
  const algorithm = client?.userinfoSignedResponseAlg ?? null;
  if (algorithm === null) return json(claims);
  // An algorithm that the operator dropped has no key: a plain answer would not be what the client trusts.
  if (!configuration.signing.algorithms.includes(algorithm)) throw new OAuthError("server_error");
  const text = await signingKeys.sign(algorithm, "JWT", { ...claims, iss: issuer.identifier, aud: clientId });
  return new Response(text, { headers: { ...NO_STORE, ...NO_SNIFFING, "Content-Type": "application/jwt" } });
}

/** RFC 6750 §3: the challenge of a resource says what is wrong, even if the form cannot be read. */
async function readTokenForm(context: Context, incoming: Incoming): Promise<Parameters> {
  try {
    return await readForm(context, incoming);
  } catch (error) {
    throw error instanceof OAuthError ? error.with({ challenge: "Bearer" }) : error;
  }
}
