import { SELF_TEST_PATH } from "../operations/self-test.ts";
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
  selfTest: SELF_TEST_PATH,
  picture: PICTURE_PATH,
} as const;

/** For operators and load balancers. */
export const HEALTH_PATHS = ["/healthz", "/readyz"] as const;
