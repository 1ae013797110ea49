/** RFC 8705 §2.1.2: the one name in a certificate that stands for a client. */
import { type DistinguishedName, isSameName, parseDistinguishedName } from "./distinguished-name.ts";

/** In the metadata each is `tls_client_auth_` and its name here. */
export const CERTIFICATE_NAME_KINDS = ["subject_dn", "san_dns", "san_uri", "san_ip", "san_email"] as const;

export type CertificateNameKind = (typeof CERTIFICATE_NAME_KINDS)[number];

export interface CertificateName {
  readonly kind: CertificateNameKind;
  readonly value: string;
}

/** The names of a certificate. */
export interface CertificateNames {
  readonly subject: DistinguishedName;
  readonly alternatives: readonly {
    readonly kind: Exclude<CertificateNameKind, "subject_dn">;
    readonly value: string;
  }[];
}

/** Why it cannot be the name of a client, as the rest of a sentence; null if it can. */
export function certificateNameFault({ kind, value }: CertificateName): string | null {
  switch (kind) {
    case "subject_dn":
      return parseDistinguishedName(value) === null
        ? "must be a distinguished name such as CN=client,O=Example,C=DE (RFC 4514)"
        : null;
    case "san_dns":
      return /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(value)
        ? null
        : "must be a host name without a wildcard";
    case "san_uri":
      return /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7E]+$/.test(value) ? null : "must be a URI";
    case "san_ip":
      return canonicalAddress(value) === null ? "must be an IP address" : null;
    case "san_email":
      return /^[\x21-\x3F\x41-\x7E]+@[A-Za-z0-9.-]+$/.test(value) ? null : "must be an e-mail address";
  }
}

/** One form for each address; null if the text is none. */
function canonicalAddress(text: string): string | null {
  if (!/^[0-9A-Fa-f.:]+$/.test(text)) return null;
  const isV6 = text.includes(":");
  const url = `http://${isV6 ? `[${text}]` : text}/`;
  if (!URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  // A URL takes 127.1 and 0x7f000001 for addresses too.
  return isV6 || hostname === text ? hostname : null;
}

const folded = ({ kind, value }: CertificateName): string => {
  if (kind === "san_dns") return value.toLowerCase();
  if (kind === "san_ip") return canonicalAddress(value) ?? "";
  // The part before the @ belongs to the mail server, which may tell case apart.
  if (kind === "san_email") return value.replace(/@[^@]*$/, (domain) => domain.toLowerCase());
  return value;
};

/** Whether the certificate is of that name. Names are compared whole: a wildcard in a certificate stands for no client. */
export function hasName({ subject, alternatives }: CertificateNames, name: CertificateName): boolean {
  if (name.kind === "subject_dn") {
    const wanted = parseDistinguishedName(name.value);
    return wanted !== null && isSameName(subject, wanted);
  }
  const wanted = folded(name);
  return wanted !== "" && alternatives.some((each) => each.kind === name.kind && folded(each) === wanted);
}
