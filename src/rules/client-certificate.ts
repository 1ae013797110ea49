/**
 * RFC 8705 §2: whether a certificate proves who a client is. That the client has its private key is what the TLS of the proxy proved
 * (THREATS 93): a certificate counts only if a proxy that the operator trusts has sent it.
 */
import { type CertificateNames, hasName } from "../protocol/certificate-name.ts";
import type { Reason } from "../protocol/errors.ts";
import type { ClientJwk, ClientRecord } from "../store/tables/clients.ts";

interface Certificate extends CertificateNames {
  readonly thumbprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether an authority that the operator trusts issued it. */
  readonly isTrusted: boolean;
}

/** The fault that does not depend on the method of the client; null if there is none. */
export function certificateFault(
  { notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">,
  now: number,
): Reason | null {
  return now < notBefore || now > notAfter ? "client_certificate_untimely" : null;
}

/** §2.1: an authority vouches for the name. */
export function nameFault(
  certificate: Certificate,
  { tlsClientAuthName: name }: Pick<ClientRecord, "tlsClientAuthName">,
): Reason | null {
  if (!certificate.isTrusted) return "client_certificate_untrusted";
  return name !== null && hasName(certificate, name) ? null : "client_certificate_wrong";
}

/** §2.2: the client registered the certificate itself, in `x5c` or by its thumbprint. `thumbprintOf`: of a certificate in base64. */
export const isRegisteredIn = (
  { thumbprint }: Pick<Certificate, "thumbprint">,
  key: ClientJwk,
  thumbprintOf: (certificate: string) => string,
): boolean => {
  const [first] = Array.isArray(key.x5c) ? (key.x5c as readonly unknown[]) : [];
  if (typeof first === "string") return thumbprintOf(first) === thumbprint;
  return key["x5t#S256"] === thumbprint;
};
