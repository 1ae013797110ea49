/** Assertions of other issuers: the names on the wire (RFC 7521, RFC 7523, draft-ietf-oauth-identity-assertion-authz-grant). */

/** draft-ietf-oauth-spiffe-client-auth §3.1.2: the assertion is a JWT-SVID. */
export const SPIFFE_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";
/** ID-JAG: the kind of the token that a client exchanges for. */
export const ID_JAG_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:id-jag";
/** ID-JAG, Authorization Server Metadata. */
export const ID_JAG_PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag";
/** `typ` of an ID-JAG. */
export const ID_JAG_TYPE = "oauth-id-jag+jwt";

/** The kinds of assertions that stand for people: `id-jag` is for one client, `jwt` is what RFC 7523 §2.1 leaves open. */
export const ASSERTION_PROFILES = ["id-jag", "jwt"] as const;
export type AssertionProfile = (typeof ASSERTION_PROFILES)[number];
