import type { Configuration } from "../configuration/schema.ts";
import { SELF_TEST_PATH } from "../operations/self-test.ts";
import { BACKCHANNEL_PATH, TOKEN_PATH } from "../protocol/client-authentication.ts";
import { PICTURE_PATH } from "../rules/picture.ts";

/** Where each endpoint is, below the issuer. */
export const ENDPOINT_PATHS = {
  authorize: "/auth/authorize",
  token: TOKEN_PATH,
  pushedAuthorizationRequest: "/auth/par",
  deviceAuthorization: "/auth/device",
  backchannelAuthentication: BACKCHANNEL_PATH,
  introspection: "/auth/introspect",
  revocation: "/auth/revoke",
  registration: "/auth/register",
  userinfo: "/auth/userinfo",
  jwks: "/auth/jwks.json",
  endSession: "/auth/logout",
  selfTest: SELF_TEST_PATH,
  picture: PICTURE_PATH,
} as const;

/** For operators and load balancers. */
export const HEALTH_PATHS = ["/healthz", "/readyz"] as const;

/** The numbers of this server. */
export const METRICS_PATH = "/metrics";

/** Whether the numbers are below the issuer. A listener of their own takes them from there. */
export const hasMetricsPath = ({ metrics }: Pick<Configuration, "metrics">): boolean =>
  metrics.listen === undefined && metrics.token !== undefined;
