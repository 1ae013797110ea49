/** OpenID Connect Core §8.1: the sector of a client. Clients of one sector know a person under the same pairwise identifier. */
interface Sectored {
  readonly sectorIdentifierUri: string | null;
  readonly redirectUris: readonly string[];
}

/** The hosts of redirect URIs that belong to one owner. Loopback addresses and private-use schemes belong to every computer. */
const ownedHosts = (redirectUris: readonly string[]): string[] => [
  ...new Set(
    redirectUris
      .filter((uri) => /^https?:/.test(uri) && URL.canParse(uri))
      .map((uri) => new URL(uri).hostname)
      .filter((host) => !["localhost", "127.0.0.1", "[::1]"].includes(host)),
  ),
];

/** Why the client can have no pairwise identifiers; null if it can. */
export const sectorFault = ({ redirectUris, sectorIdentifierUri }: Sectored): string | null =>
  sectorIdentifierUri === null && ownedHosts(redirectUris).length > 1
    ? "subject_type is 'pairwise' and the redirect URIs have several hosts. Then sector_identifier_uri must say which host the client belongs to (OpenID Connect Core section 8.1)."
    : null;

/**
 * The sector: the host of `sector_identifier_uri`, else the one host of the redirect URIs. A client that has neither is a sector
 * of its own.
 */
export function sectorOf(client: Sectored & { readonly clientId: string }): string {
  if (client.sectorIdentifierUri !== null) return new URL(client.sectorIdentifierUri).hostname;
  const hosts = ownedHosts(client.redirectUris);
  return hosts.length === 1 && hosts[0] !== undefined ? hosts[0] : `client ${client.clientId}`;
}
