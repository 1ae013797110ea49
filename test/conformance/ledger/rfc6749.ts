/** RFC 6749: The OAuth 2.0 Authorization Framework. */
import { AUTHORIZATION } from "./rfc6749/authorization.ts";
import { REGISTRATION_AND_ENDPOINTS } from "./rfc6749/registration-and-endpoints.ts";
import { SECURITY } from "./rfc6749/security.ts";
import { TOKENS } from "./rfc6749/tokens.ts";
import type { Ledger } from "./row.ts";

export const RFC_6749: Ledger = {
  source: "RFC 6749",
  title: "The OAuth 2.0 Authorization Framework",
  rows: [...REGISTRATION_AND_ENDPOINTS, ...AUTHORIZATION, ...TOKENS, ...SECURITY],
};
