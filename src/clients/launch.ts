/** Where a person goes who opens an application from a page of this server. */
import type { Issuer } from "../protocol/issuer.ts";
import type { ClientRecord } from "../store/tables/clients.ts";

/**
 * The address of the application for a link; null if the client has named none.
 *
 * OpenID Connect Core §4: `initiate_login_uri` gets the issuer, so that the application begins its sign-in at once. It gets neither
 * `login_hint`, because the link may be followed by another person of the same browser, nor `target_link_uri`. An application without
 * one is opened at its home page. A client that registered itself chose these addresses, so a page shows such a link only if the
 * operator vouches for the client (`isVouchedFor`).
 */
export function launchAddress(
  { initiateLoginUri, clientUri }: Pick<ClientRecord, "initiateLoginUri" | "clientUri">,
  { identifier }: Pick<Issuer, "identifier">,
): string | null {
  if (initiateLoginUri === null) return clientUri;
  const address = new URL(initiateLoginUri);
  // An `iss` of the client's own would name another issuer beside this one.
  address.searchParams.delete("iss");
  address.searchParams.append("iss", identifier);
  return address.href;
}
