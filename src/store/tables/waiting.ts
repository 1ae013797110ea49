/** What waits to be sent: notices of logouts, mails, and deliveries to webhooks. */
import type { ClientId, SubjectId } from "../../protocol/identifiers.ts";
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
import { asItIs, id } from "./columns.ts";

/** What each row has that waits to be sent. `rules/outbox.ts` decides on these columns, `operations/outbox.ts` sends. */
export const WAITING = {
  id: id(),
  createdAt: integer(),
  /** Whether it is still to be sent. */
  waits: boolean(),
  /** How many times a sender has tried. */
  attempts: integer(),
  /** When the next sender may try. */
  nextAt: integer(),
  /** No sender tries after this time. */
  giveUpAt: integer(),
  /** Why the last attempt failed; null if none has. */
  lastFault: orNull(text()),
  expiresAt: integer(),
};
export type WaitingRecord = RowOf<typeof WAITING>;
/** A table of which each row may wait. */
export type WaitingTable = Table<typeof WAITING>;

/**
 * Back-Channel Logout: the ends of sessions of which clients have yet to hear. A row without a client comes with the commit that
 * ends the session; a sender then puts one row for each client in its place, which stays until the client has heard.
 */
export const logoutNotices = table("logout_notices", {
  columns: {
    ...WAITING,
    subject: text<SubjectId>(),
    /** The `continuity` of the session; null: all sessions of the person. */
    session: orNull(id()),
    /** The client to tell; null until a sender has found the clients. */
    clientId: orNull(text<ClientId>()),
  },
  indexOnly: { waits: ["nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type LogoutNoticeRecord = Row<typeof logoutNotices>;

/** What a mail says beside its words, none of it secret. */
export type MailParameters = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The mails that wait, and for a while those that were sent. A row comes with the commit that is its reason, and a sender takes it
 * from there, so neither a crash nor a mail server that is down loses a mail.
 */
export const mails = table("mails", {
  columns: {
    ...WAITING,
    /** The person; null for an address of which no account is known. */
    subject: orNull(text<SubjectId>()),
    /** Where it goes or went. Null until it is sent: to the address that the person has then. */
    address: orNull(text()),
    /** `rules/mail.ts` has the kinds. */
    kind: text(),
    parameters: asItIs<MailParameters>(),
    /** The link of the mail, sealed with a key of the server. Null if it has none, and as soon as the mail is sent or given up. */
    sealedLink: orNull(bytes()),
    /** Null: the person's own, as it is known when the mail is sent. */
    language: orNull(text()),
    sentAt: orNull(integer()),
  },
  indexes: [
    ["createdAt", "id"],
    ["subject", "createdAt", "id"],
    ["address", "createdAt", "id"],
  ],
  indexOnly: { waits: ["nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type MailRecord = Row<typeof mails>;

/**
 * What webhooks are to hear of, and for a while what they heard. A row comes with the commit of its act, and a sender takes it from
 * there. `rules/webhook.ts` decides.
 */
export const webhookDeliveries = table("webhook_deliveries", {
  columns: {
    ...WAITING,
    /** The name of the webhook in the configuration. */
    webhook: text(),
    /** The event. */
    type: text(),
    /** What the receiver gets, byte for byte at each attempt. It has no secrets. */
    body: text(),
    deliveredAt: orNull(integer()),
  },
  indexes: [["webhook", "id"]],
  indexOnly: { waits: ["webhook", "nextAt", "id"] },
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type WebhookDeliveryRecord = Row<typeof webhookDeliveries>;
