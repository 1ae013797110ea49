/** Tokens that are bound to a key (DPoP, RFC 9449) or to a certificate (RFC 8705). A resource answers these with 401. */
import type { ReasonEntry } from "./entry.ts";

export const BINDING_REASONS = {
  dpop_proof_missing: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "This request needs a DPoP proof, and has none.",
    cure: "Send a DPoP header with a proof for this request (RFC 9449 §4). The client gets no tokens without one: it is registered with dpop_bound_access_tokens or a security_profile, or the operator requires it of all (dpop.required) or of the API (resources.dpop_bound_access_tokens_required), or it exchanges a token that is bound.",
  },
  dpop_proofs_several: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "There is more than one DPoP header.",
    cure: "Send one DPoP header with one proof (RFC 9449 §4.3).",
  },
  dpop_proof_malformed: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof is not valid.",
    cure: "Make it as RFC 9449 §4.2 says: typ dpop+jwt, an alg of dpop_signing_alg_values_supported, the public key alone as jwk, and jti, htm, htu and iat.",
  },
  dpop_proof_mismatch: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof was not made for this request.",
    cure: "Make a new proof for each request: htm is its method, htu the address of the endpoint as the metadata of this server names it, and ath at a resource the hash of the access token (RFC 9449 §4.2).",
  },
  dpop_proof_untimely: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof is too old or from the future (iat).",
    cure: "Make a new proof for each request, and check the clock of the client. How old a proof may be is the setting dpop.proof_seconds.",
  },
  dpop_proof_signature: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The signature of the DPoP proof is not of the key in its header.",
    cure: "Sign the proof with the private key of the jwk in its header, and with the alg that the header names.",
  },
  dpop_proof_replayed: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "The DPoP proof was used before.",
    cure: "Make a new proof with a jti of its own for each request, also when you send a request again (RFC 9449 §7.3).",
  },
  dpop_jkt_mismatch: {
    error: "invalid_dpop_proof",
    status: 400,
    description: "dpop_jkt is not the thumbprint of the key that proved the request.",
    cure: "Leave dpop_jkt out, or send the thumbprint of the key in the DPoP header (RFC 9449 §10.1).",
  },
  dpop_nonce_missing: {
    error: "use_dpop_nonce",
    status: 400,
    description: "The DPoP proof needs the nonce of the DPoP-Nonce header.",
    cure: "Make a new proof with the value of DPoP-Nonce as nonce, and send the request again. Use the newest value that this server sent (RFC 9449 §8).",
  },
  access_token_bound: {
    error: "invalid_token",
    status: 401,
    description: "The access token is bound to a key, and was sent as a bearer token.",
    cure: "Send Authorization: DPoP and the access token, and a DPoP header with a proof for the request (RFC 9449 §7.1).",
  },
  access_token_unbound: {
    error: "invalid_token",
    status: 401,
    description: "The access token is a bearer token, and was sent with DPoP.",
    cure: "Send it as its token_type said: Authorization: Bearer. Or get a bound token, with a DPoP proof at the token endpoint.",
  },
  access_token_of_other_certificate: {
    error: "invalid_token",
    status: 401,
    description: "The access token is bound to another certificate than the one of this connection.",
    cure: "Connect with the certificate of the token request (RFC 8705 §3), to an address where the proxy asks for it: mtls_endpoint_aliases of the metadata.",
  },
  binding_certificate_missing: {
    error: "invalid_request",
    status: 400,
    description: "The client gets tokens only with its certificate, and this connection has none.",
    cure: "Connect with a certificate (RFC 8705 §3), to an address where the proxy asks for it: mtls_endpoint_aliases of the metadata. The client is registered with tls_client_certificate_bound_access_tokens.",
  },
  access_token_of_other_key: {
    error: "invalid_token",
    status: 401,
    description: "The access token is bound to another key than the one that this request proves.",
    cure: "Make the proof with the key that proved the token request (RFC 9449 §7.1).",
  },
} as const satisfies Record<string, ReasonEntry>;
