/** Requests of clients for the access of a person, from the first request to the tokens: pushed requests, codes and device codes. */
import type { Confirmation } from "../../protocol/bindings.ts";
import type { ClientId, CodeChallenge, RedirectUri, SubjectId } from "../../protocol/identifiers.ts";
import { boolean, integer, orNull, type Row, table, text } from "../declare.ts";
import { asItIs, authorizationDetails, digest, id, resources, scope } from "./columns.ts";

/** RFC 9126: the authorization requests that clients pushed. A row stays until its request can be answered no more. */
export const pushedRequests = table("pushed_requests", {
  columns: {
    id: id(),
    digest: digest(),
    /** The client that pushed it, and its number. */
    clientId: text<ClientId>(),
    clientNumber: integer(),
    /** The parameters in their order. One that is repeated comes several times. */
    parameters: asItIs<readonly (readonly [name: string, value: string])[]>(),
    /** Whether the client signed them (RFC 9101). */
    signed: boolean(),
    createdAt: integer(),
    /** When a browser first came with it and a person had to be asked; null before. */
    openedAt: orNull(integer()),
    /** Until when it can be answered. */
    expiresAt: integer(),
    /** When a person answered it, or an earlier consent did; null before. */
    usedAt: orNull(integer()),
    /** The code that it got; null for a no. */
    resultId: orNull(id()),
  },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type PushedRequestRecord = Row<typeof pushedRequests>;

/**
 * Authorization codes. A code has the id of its grant, and its row lives as long: RFC 6749 §4.1.2 wants a replay to revoke
 * the tokens that were issued for the code.
 */
export const codes = table("codes", {
  columns: {
    id: id(),
    digest: digest(),
    redirectUri: text<RedirectUri>(),
    /** Whether the request named the redirect URI; then the token request must name it again (RFC 6749 §4.1.3). */
    redirectUriRequested: boolean(),
    codeChallenge: orNull(text<CodeChallenge>()),
    /** OpenID Connect Core §3.1.2.1: the ID token has it again, as it came. */
    nonce: orNull(text()),
    /** What the token request must prove (RFC 9449 §10); null if the authorization request named no key. */
    confirmation: orNull(text<Confirmation>()),
    createdAt: integer(),
    expiresAt: integer(),
    usedAt: orNull(integer()),
    failedAttempts: integer(),
  },
  shard: "id",
  goesWith: "grants",
  updated: true,
});
export type AuthorizationCodeRecord = Row<typeof codes>;

export const deviceCodes = table("device_codes", {
  columns: {
    id: id(),
    digest: digest(),
    /** A keyed digest of the user code. */
    userCodeDigest: digest(),
    clientId: text<ClientId>(),
    scope: scope(),
    resources: resources(),
    authorizationDetails: authorizationDetails(),
    createdAt: integer(),
    expiresAt: integer(),
    /** The address of the device, which the page shows to the person (RFC 8628 §5.4). */
    requesterAddress: text(),
    requesterAgent: text(),
    status: text<"pending" | "approved" | "denied">(),
    grantId: orNull(id()),
    /** The person who denied it. The grant names the person who approved it. */
    deniedBy: orNull(text<SubjectId>()),
    usedAt: orNull(integer()),
  },
  unique: [["userCodeDigest"]],
  shard: "id",
  sameShard: "userCodeDigest",
  expires: "expiresAt",
  updated: true,
});
export type DeviceCodeRecord = Row<typeof deviceCodes>;
