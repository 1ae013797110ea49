/** OpenID Connect Core 1.0, with errata set 2: what binds a provider with the code flow. */
import { AUTHORIZATION } from "./openid-core/authorization.ts";
import { KEYS_AND_SECURITY } from "./openid-core/keys-and-security.ts";
import { TOKENS_AND_CLAIMS } from "./openid-core/tokens-and-claims.ts";
import type { Ledger, Row } from "./row.ts";

const isOfTokens = ({ id }: Row) => id.startsWith("2-");

export const OPENID_CORE: Ledger = {
  source: "OpenID Core",
  title: "OpenID Connect Core 1.0",
  rows: [
    ...TOKENS_AND_CLAIMS.filter(isOfTokens),
    ...AUTHORIZATION,
    ...TOKENS_AND_CLAIMS.filter((row) => !isOfTokens(row)),
    ...KEYS_AND_SECURITY,
  ],
};
