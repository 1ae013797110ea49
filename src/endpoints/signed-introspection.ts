/** RFC 9701: the answer of introspection as a signed JWT, for a resource server that must be able to prove what it was told. */
import { introspectionAlgorithm, requireSignable } from "../clients/openid-metadata.ts";
import type { Introspection } from "../credentials/introspection.ts";
import type { Context } from "../operations/context.ts";
import { NO_SNIFFING, NO_STORE } from "../platform/http.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

/** RFC 9701 §5: the value of `typ`. No kind of token has it, so no API takes such an answer for an access token (§8.1). */
const TYPE = "token-introspection+jwt";
const MEDIA_TYPE = `application/${TYPE}`;

/**
 * RFC 9701 §4: the caller asks with `Accept`. A caller that takes JSON as well gets what it prefers (RFC 9110 §12.5.1), and signed if it
 * prefers neither. Ranges such as `application/*` ask for nothing in particular.
 */
export function wantsSigned({ headers }: Request): boolean {
  const accept = headers.get("accept");
  if (accept === null || !accept.toLowerCase().includes(MEDIA_TYPE)) return false;
  const signed = weightOf(accept, MEDIA_TYPE);
  return signed > 0 && signed >= weightOf(accept, "application/json");
}

/** The weight of a media type: 0 if it is not named. */
function weightOf(accept: string, mediaType: string): number {
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (name !== mediaType) continue;
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    const value = weight === undefined ? 1 : Number(weight.slice(2));
    return Number.isFinite(value) ? value : 0;
  }
  return 0;
}

/** The answer for `client`, which asked. */
export async function signedIntrospection(
  {
    configuration,
    issuer,
    signingKeys,
    clock,
  }: Pick<Context, "configuration" | "issuer" | "signingKeys" | "clock">,
  client: Pick<ClientRecord, "clientId" | "introspectionSignedResponseAlg" | "securityProfile">,
  answer: Introspection,
): Promise<Response> {
  const algorithm = introspectionAlgorithm(client, configuration.signing);
  requireSignable(client, configuration.signing);
  // An algorithm that the operator dropped has no key, and the caller trusts no other.
  if (algorithm === null) throw new OAuthError("server_error", { clientId: client.clientId });
  // RFC 9701 §5: what is said of the token stands in a member of its own. The JWT has neither `sub` nor `exp`.
  const text = await signingKeys.sign(algorithm, TYPE, {
    iss: issuer.identifier,
    aud: client.clientId,
    iat: clock.seconds(),
    token_introspection: answer,
  });
  return new Response(text, { headers: { ...NO_STORE, ...NO_SNIFFING, "Content-Type": MEDIA_TYPE } });
}
