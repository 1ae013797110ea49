/** What a client that any stranger could register may do for itself. */
import type { Configuration } from "../configuration/schema.ts";
import { OAuthError } from "../protocol/errors.ts";
import { isScope, isSubset } from "../protocol/scope.ts";
import type { ClientMetadata } from "./metadata.ts";

/**
 * No person agrees to a self-registered client's acts for itself, so by default it may do none. Without a scope it does not
 * get the grant type: its tokens would only fill the database. RFC 7591 §3.2.1: the answer says what was registered.
 */
export function withinSelfService(
  metadata: ClientMetadata,
  registration: Configuration["registration"],
): ClientMetadata {
  if (!metadata.grantTypes.includes("client_credentials")) return metadata;
  const allowed = registration.client_credentials_scope.filter(isScope);
  const keep = (scope: ClientMetadata["scope"]) => scope.filter((name) => isSubset([name], allowed));
  const scope = keep(metadata.scope);
  if (scope.length > 0) return { ...metadata, scope, defaultScope: keep(metadata.defaultScope) };
  const grantTypes = metadata.grantTypes.filter((grantType) => grantType !== "client_credentials");
  if (grantTypes.length === 0) {
    throw new OAuthError("client_metadata_refused", {
      description:
        "There is no scope for 'client_credentials' that is open to clients that register themselves.",
    });
  }
  return { ...metadata, grantTypes };
}
