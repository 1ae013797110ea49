/** The grant types of this server, by the names they have on the wire. */
export const GRANT_TYPES = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:token-exchange",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "urn:openid:params:grant-type:ciba",
] as const;

export type GrantType = (typeof GRANT_TYPES)[number];

/** RFC 8628 §3.4. */
export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code" satisfies GrantType;

/** RFC 8693 §2.1. */
export const TOKEN_EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange" satisfies GrantType;
/** RFC 7523 §2.1. */
export const JWT_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer" satisfies GrantType;

/** OpenID Connect Client-Initiated Backchannel Authentication (CIBA) Core §4. */
export const CIBA_GRANT = "urn:openid:params:grant-type:ciba" satisfies GrantType;

/** Short names. The command line and the configuration accept these and the full ones. */
export const SHORT_GRANTS: Readonly<Record<string, GrantType>> = {
  code: "authorization_code",
  refresh: "refresh_token",
  client_credentials: "client_credentials",
  device: DEVICE_CODE_GRANT,
  ciba: CIBA_GRANT,
  exchange: TOKEN_EXCHANGE_GRANT,
  jwt_bearer: JWT_BEARER_GRANT,
};

/** The grant type of a name, short or full; undefined if there is none. */
export const grantTypeNamed = (name: string): GrantType | undefined =>
  Object.hasOwn(SHORT_GRANTS, name) ? SHORT_GRANTS[name] : GRANT_TYPES.find((known) => known === name);

export const isGrantType = (value: string): value is GrantType =>
  (GRANT_TYPES as readonly string[]).includes(value);
