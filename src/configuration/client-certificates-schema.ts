/** The settings of clients that authenticate with certificates (RFC 8705). */
import * as v from "valibot";
import { optional, someText, table, words } from "./values.ts";

export const clientCertificates = table({
  header: v.pipe(
    v.optional(
      v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/, "the name of a header")),
      "Client-Cert",
    ),
    words({
      allowed: "the name of a header",
      description:
        "The header with the certificate. It counts from trusted_proxies alone, which must set it in every request and let none of a stranger through.",
    }),
  ),
  format: v.pipe(
    v.optional(v.picklist(["rfc9440", "escaped_pem"]), "rfc9440"),
    v.description(
      "rfc9440: base64 between colons, as the standard says (HAProxy, Envoy, Caddy). escaped_pem: $ssl_client_escaped_cert of nginx.",
    ),
  ),
  url: optional(
    v.pipe(
      v.string(),
      v.regex(/^https:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?$/, "https:// and a host, without a path"),
    ),
    {
      allowed: "https:// and a host, without a path",
      fallback: "clients with certificates use the same addresses as all others",
      description:
        "Another address of the same proxy, where it asks for certificates: browsers would ask people for theirs. The metadata names it for the endpoints that clients with certificates use (mtls_endpoint_aliases).",
    },
  ),
  authorities: optional(someText, {
    fallback: "tls_client_auth is not offered",
    description:
      "A PEM file with the authorities that issue certificates of clients themselves, intermediate ones included. This server verifies each certificate, also one that the proxy has verified.",
  }),
});
