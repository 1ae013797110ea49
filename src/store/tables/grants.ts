/** What people allow clients. */
import type { ClientId, SubjectId } from "../../protocol/identifiers.ts";
import { boolean, integer, orNull, type Row, table, text } from "../declare.ts";
import { asItIs, authentication, authorizationDetails, id, product, resources, scope } from "./columns.ts";

/** Remembered consent: a person's answer for a client, a recipient (`recipientOf`), scopes and resources. */
export const consents = table("consents", {
  columns: {
    subject: text<SubjectId>(),
    clientId: text<ClientId>(),
    recipient: text(),
    scope: scope(),
    resources: resources(),
    /** Those of types that may be remembered. */
    authorizationDetails: authorizationDetails(),
    createdAt: integer(),
  },
  key: ["subject", "clientId", "recipient"],
  indexes: [["clientId"]],
  shard: "subject",
  updated: true,
});
export type ConsentRecord = Row<typeof consents>;

export type RevocationReason =
  | "code_replayed"
  | "refresh_token_replayed"
  | "revoked_by_client"
  | "revoked_by_person"
  | "revoked_by_operator"
  | "signed_out"
  | "person_disabled"
  | "person_removed"
  | "client_removed"
  /** The client would know the person under another name. */
  | "client_changed";

/** The individual claims that a person allowed a client beside those of the scopes (OpenID Connect Core §5.5), by their names. */
export interface IndividualClaims {
  readonly idToken: readonly string[];
  readonly userinfo: readonly string[];
}

/** A person's permission for a client. Everything that was issued from it points here and dies with it. */
export const grants = table("grants", {
  columns: {
    id: id(),
    subject: text<SubjectId>(),
    /** The user name at the time of the permission; introspection shows it. */
    username: text(),
    clientId: text<ClientId>(),
    scope: scope(),
    /** Null if the request named none. */
    claims: orNull(asItIs<IndividualClaims>()),
    resources: resources(),
    authorizationDetails: authorizationDetails(),
    via: text<"authorization_code" | "device_code" | "jwt_bearer" | "ciba">(),
    /** The `continuity` of the session in which the person allowed it; null for a device, which no session ends. */
    session: orNull(id()),
    /** Whether it ends with that session (`isOnline`). */
    online: boolean(),
    /** Where the browser or the device was that asked for it, and what it was, as the page of the person's account shows it. */
    address: text(),
    ...product,
    ...authentication,
    createdAt: integer(),
    /**
     * Not before the last token of the grant expires; the row is removed after that. A revoked grant stays as long, because
     * the server must recognise its tokens as revoked and replays as replays.
     */
    expiresAt: integer(),
    /** When tokens were first issued from it; null while a code is still open. */
    activatedAt: orNull(integer()),
    revokedAt: orNull(integer()),
    revokedReason: orNull(text<RevocationReason>()),
  },
  indexes: [["subject", "clientId"], ["clientId"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type GrantRecord = Row<typeof grants>;
