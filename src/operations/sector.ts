/** OpenID Connect Registration §5: a client names a document of its sector, which must list the redirect URIs of the client. */
import type { ClientMetadata } from "../clients/metadata.ts";
import type { Log } from "../platform/log.ts";
import { type Outbound, OutboundError } from "../platform/outbound.ts";
import { OAuthError } from "../protocol/errors.ts";

/**
 * Fetches the document of `sector_identifier_uri`. Throws `client_metadata_refused` if it cannot be fetched, or does not list
 * every redirect URI: otherwise a client could learn under which identifiers another host knows people.
 */
export async function requireSector(
  { outbound, log }: { readonly outbound: Outbound; readonly log: Log },
  { sectorIdentifierUri, redirectUris }: Pick<ClientMetadata, "sectorIdentifierUri" | "redirectUris">,
): Promise<void> {
  if (sectorIdentifierUri === null) return;
  const refuse = (words: string): never => {
    throw new OAuthError("client_metadata_refused", { description: `sector_identifier_uri: ${words}` });
  };
  const request = { purpose: "registration", url: sectorIdentifierUri, types: ["application/json"] } as const;
  const listed = await outbound.send(request).then(
    ({ text }) => parseList(text),
    (error: unknown) => {
      if (!(error instanceof OutboundError)) throw error;
      log.info("the document of a sector_identifier_uri cannot be fetched", {
        url: sectorIdentifierUri,
        cause: error.message,
      });
      return refuse(`the document cannot be fetched. ${error.publicWords}`);
    },
  );
  if (listed === null) return refuse("the document is not a JSON array of redirect URIs.");
  const missing = redirectUris.find((uri) => !listed.includes(uri));
  if (missing !== undefined)
    refuse(`the document does not list the redirect URI '${missing.slice(0, 200)}'.`);
}

function parseList(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
