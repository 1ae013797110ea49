/**
 * The certificates of clients, as a trusted proxy passes them on (RFC 8705 §2, RFC 9440). The runtime's HTTP server does not tell the
 * certificate of its peer (docs/runtime.md), so the TLS of clients with certificates ends at a proxy.
 *
 * The header of another sender is as if it were not there. A proxy must therefore set it in every request: a proxy that passes on what a
 * stranger sent would let the stranger act as any client.
 */
import { readFileSync } from "node:fs";
import type { Configuration } from "../configuration/schema.ts";
import {
  type ClientCertificate,
  isIssuedByOne,
  readAuthorities,
  readCertificateHeader,
} from "../keys/client-certificate.ts";
import type { Incoming } from "../platform/http.ts";
import { OldestFirst } from "../platform/oldest-first.ts";
import { OAuthError } from "../protocol/errors.ts";

export interface PresentedCertificate extends ClientCertificate {
  /** Whether an authority that the operator trusts issued it. */
  readonly isTrusted: boolean;
}

export interface ClientCertificates {
  /**
   * The certificate with which the client speaks; null if there is none. Throws `client_certificate_malformed` if a trusted proxy sends what
   * is none.
   */
  of(incoming: Pick<Incoming, "request" | "isFromProxy">): PresentedCertificate | null;
}

/** Programs that connect again and again show the same one. To read it takes as long as an introspection. */
const MOST_REMEMBERED = 1000;

const NONE: ClientCertificates = { of: () => null };

/** Throws for authorities that cannot be read. */
export function createClientCertificates(settings: Configuration["client_certificates"]): ClientCertificates {
  if (settings === undefined) return NONE;
  const { header, format, authorities: file } = settings;
  const authorities = file === undefined ? [] : readAuthorities(readFileSync(file, "utf8"));
  const remembered = new OldestFirst<PresentedCertificate>();
  return {
    of({ request, isFromProxy }) {
      const text = request.headers.get(header);
      // nginx sends an empty header for a client without a certificate.
      if (text === null || text === "" || isFromProxy?.() !== true) return null;
      const known = remembered.get(text);
      if (known !== undefined) return known;
      const certificate = readCertificateHeader(text, format);
      if (certificate === null) throw new OAuthError("client_certificate_malformed");
      const presented = { ...certificate, isTrusted: isIssuedByOne(certificate, authorities) };
      remembered.set(text, presented);
      remembered.keepNewest(MOST_REMEMBERED);
      return presented;
    },
  };
}
