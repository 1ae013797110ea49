/** Where each endpoint is, below the issuer. */
export const ENDPOINT_PATHS = {
  authorize: "/auth/authorize",
  token: "/auth/token",
  deviceAuthorization: "/auth/device",
  introspection: "/auth/introspect",
  revocation: "/auth/revoke",
  registration: "/auth/register",
  userinfo: "/auth/userinfo",
} as const;
