/**
 * Requests of clients for the access of a person, from the first request to the tokens: pushed requests, codes, device codes and
 * backchannel requests.
 */
import type { AuthenticationLevel } from "../../protocol/authentication-level.ts";
import type { Confirmation } from "../../protocol/bindings.ts";
import type { ClientId, CodeChallenge, RedirectUri, SubjectId } from "../../protocol/identifiers.ts";
import {
  boolean,
  bytes,
  integer,
  orNull,
  type Row,
  type RowOf,
  type Table,
  table,
  text,
} from "../declare.ts";
import { asItIs, authorizationDetails, digest, id, resources, scope } from "./columns.ts";
import { WAITING } from "./waiting.ts";

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

/** What each row has for which a client polls the token endpoint until a person answers. `rules/polling.ts` decides on these columns. */
const POLLED = {
  id: id(),
  digest: digest(),
  clientId: text<ClientId>(),
  scope: scope(),
  resources: resources(),
  authorizationDetails: authorizationDetails(),
  createdAt: integer(),
  /** Until when a person may answer. */
  expiresAt: integer(),
  /** Where the request came from. RFC 8628 §5.4: the page shows it to the person. */
  requesterAddress: text(),
  status: text<"pending" | "approved" | "denied">(),
  grantId: orNull(id()),
  /** When the client got its tokens. */
  usedAt: orNull(integer()),
};
export type PolledRecord = RowOf<typeof POLLED>;
/** A table of requests for which clients poll. */
export type PolledTable = Table<typeof POLLED>;

export const deviceCodes = table("device_codes", {
  columns: {
    ...POLLED,
    /** A keyed digest of the user code. */
    userCodeDigest: digest(),
    requesterAgent: text(),
    /** The person who denied it. The grant names the person who approved it. */
    deniedBy: orNull(text<SubjectId>()),
  },
  unique: [["userCodeDigest"]],
  shard: "id",
  sameShard: "userCodeDigest",
  expires: "expiresAt",
  updated: true,
});
export type DeviceCodeRecord = Row<typeof deviceCodes>;

/**
 * CIBA: requests of clients to people who have no browser of theirs before them. A row has the shard of its person. The answer to a
 * client in ping mode waits in the row until the client has heard that there is one (`rules/outbox.ts`).
 */
export const backchannelRequests = table("backchannel_requests", {
  columns: {
    ...WAITING,
    ...POLLED,
    /** The person who is asked. */
    subject: text<SubjectId>(),
    /** What the person is to see on both devices (CIBA §7.1); null if the client sent none. */
    bindingMessage: orNull(text()),
    /** The level of sign-in that the client asked for; null: any. */
    demandedLevel: orNull(text<AuthenticationLevel>()),
    /** Whether the person who said no did not start it. */
    reported: boolean(),
    /** What a ping says and proves, sealed with a key of the server. Null in poll mode, and once no ping follows. */
    sealedPing: orNull(bytes()),
  },
  indexes: [["subject", "id"], ["clientId"]],
  indexOnly: { waits: ["nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type BackchannelRequestRecord = Row<typeof backchannelRequests>;

/** `reported`: no, and the person did not start it. */
export type BackchannelAnswer = "approved" | "denied" | "reported";

/** A request to a person, as the limits count it. */
export interface Asked {
  /** As text. */
  readonly id: string;
  readonly client: ClientId;
  readonly at: number;
  /** Until when it is open; the time of the answer once there is one. */
  readonly until: number;
  readonly answer: BackchannelAnswer | null;
}

/** Who was asked lately: what people are asked is counted over all processes, and parallel requests all count. */
export const askedPeople = table("asked_people", {
  columns: {
    subject: text<SubjectId>(),
    revision: integer(),
    asked: asItIs<readonly Asked[]>(),
    expiresAt: integer(),
  },
  key: ["subject"],
  shard: "subject",
  expires: "expiresAt",
  updated: true,
});
export type AskedPersonRecord = Row<typeof askedPeople>;
