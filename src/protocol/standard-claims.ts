/** The standard claims about people, and the scope that gives each (OpenID Connect Core §5.1, §5.4). */
import { EMAIL_SCOPE, USERINFO_SCOPE } from "./catalogue.ts";
import type { Scope } from "./identifiers.ts";

export const SCOPE_CLAIMS = {
  [USERINFO_SCOPE]: [
    "name",
    "preferred_username",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
  ],
  [EMAIL_SCOPE]: ["email", "email_verified"],
  phone: ["phone_number", "phone_number_verified"],
  address: ["address"],
  groups: ["groups"],
} as Readonly<Record<string, readonly string[]>>;

/** The names of all of them, for `claims_supported`. */
export const CLAIM_NAMES: readonly string[] = Object.values(SCOPE_CLAIMS).flat();

/** The scope that gives the claim; null if none does. */
export const scopeOfClaim = (claim: string): Scope | null =>
  (Object.entries(SCOPE_CLAIMS).find(([, claims]) => claims.includes(claim))?.[0] as Scope) ?? null;
