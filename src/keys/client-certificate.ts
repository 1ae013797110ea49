/**
 * The certificate with which a client spoke TLS to a proxy, as the proxy passes it on: RFC 9440 (`Client-Cert`), or PEM that is escaped for
 * a URL (nginx, `$ssl_client_escaped_cert`). It is only read here. Whether it proves anything is a question for rules/client-certificate.ts.
 */
import { createHash, X509Certificate } from "node:crypto";
import { DerFault, type DerValue, readDer, readOid, TAGS } from "../platform/der.ts";
import type { CertificateNames } from "../protocol/certificate-name.ts";
import type { NameAttribute } from "../protocol/distinguished-name.ts";

type AlternativeName = CertificateNames["alternatives"][number];

export interface ClientCertificate extends CertificateNames {
  /** RFC 8705 §3.1: base64url of SHA-256 of the certificate. */
  readonly thumbprint: string;
  /** Seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** To verify who issued it. */
  readonly x509: X509Certificate;
}

export type CertificateFormat = "rfc9440" | "escaped_pem";

/** Certificates of authorities with long lists of names stay below this. */
const LONGEST_HEADER = 32_768;

/** Null if the text is no certificate in this format. */
export function readCertificateHeader(text: string, format: CertificateFormat): ClientCertificate | null {
  if (text.length > LONGEST_HEADER) return null;
  const der = format === "rfc9440" ? fromRfc9440(text) : fromEscapedPem(text);
  return der === null ? null : readCertificate(der);
}

/** RFC 8941 §3.3.5: a byte sequence, between colons. */
const fromRfc9440 = (text: string): Uint8Array | null =>
  fromBase64(/^ *:([A-Za-z0-9+/]+={0,2}): *$/.exec(text)?.[1]);

function fromEscapedPem(text: string): Uint8Array | null {
  let pem: string;
  try {
    pem = decodeURIComponent(text);
  } catch {
    return null;
  }
  const [, body] =
    /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem) ?? [];
  return fromBase64(body?.replace(/\s/g, ""));
}

function fromBase64(text: string | undefined): Uint8Array | null {
  if (text === undefined) return null;
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return null;
  }
}

/** RFC 8705 §3.1: of a certificate in DER. */
export const certificateThumbprint = (der: Uint8Array): string =>
  createHash("sha256").update(der).digest("base64url");

/** Null if the bytes are no certificate. */
function readCertificate(der: Uint8Array): ClientCertificate | null {
  try {
    const x509 = new X509Certificate(Buffer.from(der));
    const [certificate, ...more] = readDer(der);
    if (certificate === undefined || more.length > 0) return null;
    const { subject, alternatives } = namesOf(certificate);
    return {
      thumbprint: certificateThumbprint(der),
      subject,
      alternatives,
      notBefore: Math.floor(Date.parse(x509.validFrom) / 1000),
      notAfter: Math.floor(Date.parse(x509.validTo) / 1000),
      x509,
    };
  } catch {
    return null;
  }
}

/** Context-specific tags of RFC 5280 §4.1: the version and the extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

/** RFC 5280 §4.1: tbsCertificate has version, serial number, signature, issuer, validity, subject, key, extensions. */
function namesOf(certificate: DerValue): Pick<ClientCertificate, "subject" | "alternatives"> {
  const [body] = readDer(certificate.content);
  const fields = readDer(body?.content ?? new Uint8Array());
  const at = fields[0]?.tag === VERSION ? 5 : 4;
  const subject = fields[at];
  if (subject?.tag !== TAGS.sequence) throw new DerFault("there is no subject");
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS);
  const [list] = extensions === undefined ? [] : readDer(extensions.content);
  const alternative = readDer(list?.content ?? new Uint8Array())
    .map(({ content }) => readDer(content))
    .find(([id]) => id !== undefined && readOid(id.content) === SUBJECT_ALTERNATIVE_NAME);
  const [names] = readDer(alternative?.at(-1)?.content ?? new Uint8Array());
  return {
    subject: readDer(subject.content).map((part) => readDer(part.content).map(readAttribute)),
    alternatives: readDer(names?.content ?? new Uint8Array()).flatMap(readAlternative),
  };
}

function readAttribute({ content }: DerValue): NameAttribute {
  const [type, value] = readDer(content);
  if (type?.tag !== TAGS.oid || value === undefined) throw new DerFault("a part of a name that is none");
  return { type: readOid(type.content), value: readText(value) };
}

function readText({ tag, content }: DerValue): string {
  if (tag === TAGS.utf8) return new TextDecoder("utf-8", { fatal: true }).decode(content);
  if (tag === TAGS.printable || tag === TAGS.ia5 || tag === TAGS.teletex)
    return String.fromCharCode(...content);
  if (tag === TAGS.bmp) return new TextDecoder("utf-16be").decode(content);
  throw new DerFault("a text of another kind");
}

/** Four bytes, or sixteen. A certificate with other lengths has no address there. */
function addressOf(content: Uint8Array): string {
  if (content.length === 4) return content.join(".");
  const groups = Buffer.from(content).toString("hex").match(/.{4}/g) ?? [];
  return groups.length === 8 ? groups.join(":") : "";
}

/** RFC 5280 §4.2.1.6: the tags of GeneralName. */
function readAlternative({ tag, content }: DerValue): AlternativeName[] {
  switch (tag) {
    case 0x81:
      return [{ kind: "san_email", value: String.fromCharCode(...content) }];
    case 0x82:
      return [{ kind: "san_dns", value: String.fromCharCode(...content) }];
    case 0x86:
      return [{ kind: "san_uri", value: String.fromCharCode(...content) }];
    case 0x87:
      return [{ kind: "san_ip", value: addressOf(content) }];
    default:
      return [];
  }
}

/**
 * Whether one of the authorities issued the certificate itself. Intermediate authorities are among the authorities: no chain is built,
 * and none that a client sends is believed.
 */
export function isIssuedByOne(
  { x509 }: Pick<ClientCertificate, "x509">,
  authorities: readonly X509Certificate[],
): boolean {
  if (!isForClients(x509)) return false;
  return authorities.some((authority) => {
    try {
      return authority.ca && x509.checkIssued(authority) && x509.verify(authority.publicKey);
    } catch {
      return false;
    }
  });
}

/** RFC 5280 §4.2.1.12: a certificate that names its purposes is for these alone. */
const PURPOSES = { clientAuthentication: "1.3.6.1.5.5.7.3.2", any: "2.5.29.37.0" };

/** Node calls the extended purposes `keyUsage`. */
const isForClients = ({ keyUsage: purposes }: X509Certificate): boolean =>
  purposes === undefined || Object.values(PURPOSES).some((purpose) => purposes.includes(purpose));

/**
 * The key set in a file of a client: JSON, or certificates in PEM, whose keys then have them as `x5c` (RFC 8705 §2.2.2). Throws for
 * a text that is neither.
 */
export function keySetIn(text: string): unknown {
  if (!/^\s*-----BEGIN CERTIFICATE-----/.test(text)) return JSON.parse(text);
  return {
    keys: readAuthorities(text).map((certificate) => ({
      ...certificate.publicKey.export({ format: "jwk" }),
      x5c: [certificate.raw.toString("base64")],
    })),
  };
}

/** The certificates of a PEM text. Throws for one that is damaged. */
export const readAuthorities = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? []).map(
    (block) => new X509Certificate(block),
  );
