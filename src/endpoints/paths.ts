import type { Configuration } from "../configuration/schema.ts";
import { PICTURE_PATH } from "../rules/picture.ts";

/** Where each endpoint is, below the issuer. */
export const ENDPOINT_PATHS = {
  authorize: "/auth/authorize",
  token: "/auth/token",
  deviceAuthorization: "/auth/device",
  introspection: "/auth/introspect",
  revocation: "/auth/revoke",
  registration: "/auth/register",
  userinfo: "/auth/userinfo",
  jwks: "/auth/jwks.json",
  endSession: "/auth/logout",
  picture: PICTURE_PATH,
} as const;

/** For operators and load balancers. */
export const HEALTH_PATHS = ["/healthz", "/readyz"] as const;

/** The numbers of this server. */
export const METRICS_PATH = "/metrics";

/** Whether the numbers are below the issuer. A listener of their own takes them from there. */
export const hasMetricsPath = ({ metrics }: Pick<Configuration, "metrics">): boolean =>
  metrics.listen === undefined && metrics.token !== undefined;

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
