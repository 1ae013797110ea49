/** The members of a client's metadata about the binding of its tokens (protocol/bindings.ts). */
import { usesCertificate } from "../protocol/client-authentication.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type Members, readBoolean, refuse } from "./members.ts";

export type BindingMetadata = Pick<
  ClientRecord,
  "dpopBoundAccessTokens" | "tlsClientCertificateBoundAccessTokens"
>;

/** Throws `client_metadata_refused`. */
export const checkBindingMetadata = (members: Members, policy: BindingPolicy): BindingMetadata => ({
  dpopBoundAccessTokens: readBoolean(members, "dpop_bound_access_tokens"),
  tlsClientCertificateBoundAccessTokens: readCertificateBound(members, policy),
});

/** Whether certificates of clients reach this server is a question of its proxy. */
interface BindingPolicy {
  readonly authenticationMethods: readonly ClientRecord["tokenEndpointAuthMethod"][];
  readonly narrows: boolean;
}

/** Programs ask for all that they could use. Where no certificate arrives, the answer leaves it out, and they know. */
function readCertificateBound(members: Members, { authenticationMethods, narrows }: BindingPolicy): boolean {
  const isBound = readBoolean(members, "tls_client_certificate_bound_access_tokens");
  if (!isBound || authenticationMethods.some(usesCertificate)) return isBound;
  return narrows
    ? false
    : refuse(
        "tls_client_certificate_bound_access_tokens is not offered here: the operator must set client_certificates first.",
      );
}

/** Members that say the default are left out. */
export const describeBinding = (client: BindingMetadata): Record<string, unknown> => ({
  dpop_bound_access_tokens: client.dpopBoundAccessTokens || null,
  tls_client_certificate_bound_access_tokens: client.tlsClientCertificateBoundAccessTokens || null,
});
