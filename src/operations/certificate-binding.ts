/** RFC 8705 §3: a request shows the certificate of its TLS, which a trusted proxy passes on (client-certificates.ts). */
import type { Incoming } from "../platform/http.ts";
import { confirmationOf, type Proven } from "../protocol/bindings.ts";
import type { Context } from "./context.ts";
import type { Possession } from "./possession.ts";

/** Null if the client shows no certificate. The TLS of the connection proves the key anew, so nothing is used up. */
export function showCertificate(
  { clientCertificates }: Pick<Context, "clientCertificates">,
  incoming: Incoming,
): Possession | null {
  const certificate = clientCertificates.of(incoming);
  if (certificate === null) return null;
  const confirmation = confirmationOf("x5t#S256", certificate.thumbprint);
  return { shown: confirmation, algorithm: null, use: () => confirmation as Proven };
}
