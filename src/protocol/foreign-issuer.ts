/** The identifier of another issuer, as its tokens carry it in `iss`. It is compared byte for byte, a slash at its end included. */

const SPIFFE_TRUST_DOMAIN = /^spiffe:\/\/[a-z0-9._-]{1,255}$/;

/** Why the text is no identifier of an issuer; null if it is one. http is for tests, and for what outbound.allow names. */
export function foreignIssuerFault(text: string): string | null {
  if (SPIFFE_TRUST_DOMAIN.test(text)) return null;
  if (!URL.canParse(text)) return "it is not a URL";
  const { protocol, username, password, search, hash } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") return "it is not https";
  if (username + password + search + hash !== "" || /[?#]/.test(text))
    return "it has a user name, a query or a fragment";
  return null;
}

/** The trust domain of a SPIFFE identifier, as `spiffe://example.org`; null for any other text (SPIFFE-ID §2.1). */
export function trustDomainOf(subject: string): string | null {
  const [, domain] = /^(spiffe:\/\/[a-z0-9._-]{1,255})\/[A-Za-z0-9._\-/]{1,1500}$/.exec(subject) ?? [];
  return domain ?? null;
}

/** Whether the issuer is a SPIFFE trust domain, whose tokens need no `iss`. */
export const isTrustDomain = (issuer: string): boolean => SPIFFE_TRUST_DOMAIN.test(issuer);
