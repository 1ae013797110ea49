/** OpenID Connect Discovery §4. */
const DISCOVERY = "/.well-known/openid-configuration";

/** Where clients look for the metadata. */
const METADATA_NAMES = ["/.well-known/oauth-authorization-server", DISCOVERY];

/**
 * The paths of the metadata for an issuer with this path. RFC 8414 §3.1 puts the issuer's path behind the well-known name,
 * discovery puts it before; `below` is without it.
 */
export const metadataPaths = (issuerPath: string): { readonly root: string[]; readonly below: string[] } => ({
  root: issuerPath === "" ? [] : METADATA_NAMES.map((name) => name + issuerPath),
  below: METADATA_NAMES,
});
