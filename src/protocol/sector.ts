/** OpenID Connect Core §8.1: the sector of a client. Clients of one sector know a person under the same pairwise identifier. */
import { DEVICE_CODE_GRANT, type GrantType } from "./grant-types.ts";
import { isLocalHost } from "./redirect-uri.ts";

interface Sectored {
  readonly sectorIdentifierUri: string | null;
  readonly redirectUris: readonly string[];
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
 * URIs prove where it belongs: a code that it cannot receive tells it nothing. A device code goes to no redirect URI.
 */
export function sectorFault(
  { redirectUris, sectorIdentifierUri, grantTypes }: Sectored & { readonly grantTypes: readonly GrantType[] },
  isStranger: boolean,
): string | null {
  const owners = ownersOf(redirectUris);
  if (
    isStranger &&
    grantTypes.includes(DEVICE_CODE_GRANT) &&
    (sectorIdentifierUri ?? owners[0] ?? null) !== null
  )
    return "subject_type is 'pairwise' and grant_types has the device grant, which no redirect URI receives. Leave one of them out.";
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
  const [owner = null, another] = ownersOf(client.redirectUris);
  return owner !== null && another === undefined ? owner : `client ${client.clientId}`;
}
