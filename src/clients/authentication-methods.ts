/** RFC 6749 §2.3, RFC 7591 §2: how a client may prove who it is. Metadata and registration read this table too. */
import type { ClientAuthenticationMethod } from "../store/records.ts";

export const CLIENT_AUTHENTICATION_METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "none",
] as const satisfies readonly ClientAuthenticationMethod[];

/** For the endpoints that a public client may not use, such as introspection. */
export const CONFIDENTIAL_AUTHENTICATION_METHODS = CLIENT_AUTHENTICATION_METHODS.filter(
  (method) => method !== "none",
);
