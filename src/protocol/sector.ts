/** OpenID Connect Core §8.1: the sector of a client. Clients of one sector know a person under the same pairwise identifier. */
import { CIBA_GRANT, DEVICE_CODE_GRANT, type GrantType } from "./grant-types.ts";
import { isLocalHost } from "./redirect-uri.ts";

interface Sectored {
  readonly sectorIdentifierUri: string | null;
  readonly redirectUris: readonly string[];
  readonly jwksUri: string | null;
  readonly grantTypes: readonly GrantType[];
}

/** The host that owns the redirect URI; null for loopback addresses and private-use schemes, which belong to every computer. */
function ownerOf(uri: string): string | null {
  if (!/^https?:/.test(uri) || !URL.canParse(uri)) return null;
  const { hostname } = new URL(uri);
  return isLocalHost(hostname) ? null : hostname;
}

const ownersOf = (redirectUris: readonly string[]): (string | null)[] => [
  ...new Set(redirectUris.map(ownerOf)),
];

/**
 * Why the client can have no pairwise identifiers; null if it can. `isStranger`: the client registers itself, so only its redirect
 * URIs prove where it belongs: a code that it cannot receive tells it nothing. A device code goes to no redirect URI, nor does an
 * answer in the back channel. CIBA §4: such a client without a redirect URI is of the host of its keys.
 */
export function sectorFault(
  { redirectUris, sectorIdentifierUri, grantTypes, jwksUri }: Sectored,
  isStranger: boolean,
): string | null {
  const owners = ownersOf(redirectUris);
  if (
    isStranger &&
    (grantTypes.includes(DEVICE_CODE_GRANT) || grantTypes.includes(CIBA_GRANT)) &&
    (sectorIdentifierUri ?? owners[0] ?? jwksUri) !== null
  )
    return "subject_type is 'pairwise' and grant_types has the device grant or CIBA, which no redirect URI receives. Leave one of them out.";
  if (grantTypes.includes(CIBA_GRANT) && (sectorIdentifierUri ?? owners[0] ?? jwksUri) === null)
    return "subject_type is 'pairwise' and grant_types has CIBA. Then sector_identifier_uri or jwks_uri must say which host the client belongs to (CIBA section 4).";
  return sectorIdentifierUri === null && owners.length > 1
    ? "subject_type is 'pairwise' and the redirect URIs do not have one host. Then sector_identifier_uri must say which host the client belongs to (OpenID Connect Core section 8.1)."
    : null;
}

/**
 * The sector: the host of `sector_identifier_uri`, else the one host of all redirect URIs. A client that has neither is a sector
 * of its own: beside the address of another host it could have one where it receives codes.
 */
export function sectorOf(client: Sectored & { readonly clientId: string }): string {
  if (client.sectorIdentifierUri !== null) return new URL(client.sectorIdentifierUri).hostname;
  const owners = ownersOf(client.redirectUris);
  if (owners.length === 0 && client.jwksUri !== null && client.grantTypes.includes(CIBA_GRANT))
    return new URL(client.jwksUri).hostname;
  const [owner = null, another] = owners;
  return owner !== null && another === undefined ? owner : `client ${client.clientId}`;
}
