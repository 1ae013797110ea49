/**
 * Bindings (protocol/bindings.ts): what a request must prove before tokens are issued to it. No access that was bound once becomes a
 * bearer token again (THREATS 85).
 */
import { bindingOf, type Confirmation, DPOP, MTLS } from "../protocol/bindings.ts";
import { malformed } from "../protocol/dpop.ts";
import { OAuthError } from "../protocol/errors.ts";
import { allowedAlgorithms, needsBoundTokens, STRICT_ALGORITHMS } from "../protocol/security-profile.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { AuthorizationCodeRecord } from "../store/tables/requests.ts";
import type { RefreshTokenRecord } from "../store/tables/tokens.ts";

/**
 * RFC 9449 §5.2: a client that is registered for it gets tokens with a proof alone, and so does every client if the operator says so. A
 * client of the strict profile gets them with any proof (FAPI 2.0 §5.3.2.1). Throws OAuthError.
 */
export function requireBinding(
  client: Pick<
    ClientRecord,
    "clientId" | "dpopBoundAccessTokens" | "tlsClientCertificateBoundAccessTokens" | "securityProfile"
  >,
  { required }: { readonly required: boolean },
  shown: Confirmation | null,
): void {
  const { clientId } = client;
  const isMissing = client.dpopBoundAccessTokens
    ? bindingOf(shown) !== DPOP
    : (required || needsBoundTokens(client)) && shown === null;
  // RFC 8705 §3.4. A client that also proves a key has tokens that are bound to the key.
  const bound: readonly unknown[] = [MTLS, DPOP];
  if (client.tlsClientCertificateBoundAccessTokens && !bound.includes(bindingOf(shown)))
    throw new OAuthError("binding_certificate_missing", { clientId });
  if (isMissing) throw new OAuthError("dpop_proof_missing", { clientId });
}

/** FAPI 2.0 §5.4.1: the proofs of a client of the strict profile have a strong signature. `algorithm`: null if none was made. Throws OAuthError. */
export function requireProofAlgorithm(
  client: { readonly clientId: string } & Pick<ClientRecord, "securityProfile">,
  algorithm: string | null,
): void {
  if (algorithm !== null && allowedAlgorithms(client, [algorithm]).length === 0)
    throw malformed(`alg in its header must be one of ${STRICT_ALGORITHMS.join(", ")} for this client`).with({
      clientId: client.clientId,
    });
}

/**
 * RFC 9449 §10: a code that was asked for with a key is redeemed with that key. Without the key it would be worth nothing to a thief who
 * has the verifier too.
 */
export const fitsCode = (
  { confirmation }: Pick<AuthorizationCodeRecord, "confirmation">,
  shown: Confirmation | null,
): boolean => confirmation === null || confirmation === shown;

/**
 * RFC 9449 §5: the refresh token of a public client is bound to the key that it was issued for. That of another client is bound to the
 * client, which may change its key, but not go back to bearer tokens. A token that was issued without a proof may be used with one from
 * now on.
 */
export function fitsRefreshToken(
  { confirmation }: Pick<RefreshTokenRecord, "confirmation">,
  shown: Confirmation | null,
  isPublic: boolean,
): boolean {
  if (confirmation === null || confirmation === shown) return true;
  return !isPublic && bindingOf(confirmation) === bindingOf(shown);
}
