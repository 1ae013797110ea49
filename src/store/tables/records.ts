/** Records of what happened: for people, for the operator, and of refused requests. */
import type { ClientId, SubjectId } from "../../protocol/identifiers.ts";
import { bytes, integer, orNull, type Row, table, text } from "../declare.ts";
import { asItIs, id } from "./columns.ts";

/** Who did something, as the events of the server say it. */
export type ActorKind = "client" | "person" | "operator" | "server" | "stranger";

/** What happened to people: the events that they see on the page of their account. */
export const activities = table("activities", {
  columns: {
    /** The time of the event, and the shard of the person. */
    id: id(),
    /** The person whom it concerns. */
    subject: orNull(text<SubjectId>()),
    /** The name of the event. */
    event: text(),
    actorKind: text<ActorKind>(),
    actorId: orNull(text()),
    clientId: orNull(text()),
    groupName: orNull(text()),
    grantId: orNull(id()),
    via: orNull(text()),
    reason: orNull(text()),
    /** Where the request came from; empty if none caused it. */
    address: text(),
    requestId: orNull(text()),
    /** When it happened; of several, the last time. */
    at: integer(),
    /** How many times it happened, if the row stands for several. */
    count: integer(),
    expiresAt: integer(),
  },
  indexes: [["subject", "id"]],
  shard: "id",
  expires: "expiresAt",
  updated: true,
});
export type ActivityRecord = Row<typeof activities>;

/**
 * The record for the operator: a row for every event, written with the change that it reports. Rows are added and expire; no
 * statement changes one.
 */
export const audit = table("audit", {
  columns: {
    /** The time of the event, and the shard of what it is about. */
    id: id(),
    /** The name of the event. */
    event: text(),
    actorKind: text<ActorKind>(),
    actorId: orNull(text()),
    /** The client whose token of the person was used; null for a person in a browser, and for other actors. */
    through: orNull(text<ClientId>()),
    subject: orNull(text<SubjectId>()),
    clientId: orNull(text<ClientId>()),
    groupName: orNull(text()),
    grantId: orNull(id()),
    linkId: orNull(id()),
    via: orNull(text()),
    reason: orNull(text()),
    file: orNull(text()),
    key: orNull(text()),
    /** How many things the event is about. */
    count: orNull(integer()),
    /** How many times it happened, if the row stands for several. */
    times: integer(),
    /** Where the request came from; null if none caused it. */
    address: orNull(text()),
    requestId: orNull(text()),
    at: integer(),
    expiresAt: integer(),
  },
  indexes: [
    ["subject", "id"],
    ["clientId", "id"],
    ["event", "id"],
    ["requestId", "id"],
  ],
  shard: "id",
  expires: "expiresAt",
});
export type AuditRecord = Row<typeof audit>;

/**
 * The seals of that record: each is about a stretch of time that is over, and about the seal before it. The last one stays, however
 * old it is.
 */
export const auditSeals = table("audit_seals", {
  columns: {
    /** 1 for the first. */
    number: integer(),
    /** The stretch begins after this identifier, and ends with the other. */
    fromId: id(),
    untilId: id(),
    /** How many rows the stretch has. */
    count: integer(),
    /** The SHA-256 of these rows. */
    digest: bytes(),
    /** When the first of its rows may be removed, and the last. */
    expiresFrom: integer(),
    expiresUntil: integer(),
    sealedAt: integer(),
    /** The code of the seal before it; empty for the first. */
    previousMac: bytes(),
    /** `expiresUntil` of the seal before it; 0 for the first. */
    previousExpiresUntil: integer(),
    /** A keyed digest of all of the above. */
    mac: bytes(),
  },
  key: ["number"],
});
export type AuditSealRecord = Row<typeof auditSeals>;

/** What a refused request sent, as far as it cannot be secret. */
export interface SentFacts {
  /** Values of parameters of a fixed list, cut to a length. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** Known parameters that it had too, whose values are not kept. */
  readonly withheld: readonly string[];
  /** How many further parameters it had. */
  readonly others: number;
  /** The scheme of its `Authorization` header, if it had one. */
  readonly authorization: string | null;
}

/** Requests that were refused: a number of places for each client, the oldest of which is used again. */
export const refusals = table("refusals", {
  columns: {
    /** Whose places these are: `client:` and its identifier, or all strangers together. */
    ring: text(),
    slot: integer(),
    requestId: text(),
    /** The client that the request named, if it named one. */
    clientId: orNull(text()),
    endpoint: text(),
    method: text(),
    status: integer(),
    error: text(),
    reason: text(),
    description: text(),
    address: text(),
    sent: asItIs<SentFacts>(),
    at: integer(),
    expiresAt: integer(),
  },
  key: ["ring", "slot"],
  indexes: [["requestId"], ["at", "ring", "slot"]],
  shard: "ring",
  expires: "expiresAt",
  updated: true,
});
export type RefusalRecord = Row<typeof refusals>;
