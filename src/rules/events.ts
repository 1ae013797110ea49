/** The events of the server, by name. An event says who did what, and never contains a secret. */
import type { RecordId } from "../protocol/identifiers.ts";
import type { Product } from "../protocol/user-agent.ts";
import type { ActorKind } from "../store/tables/records.ts";

/** The level and the words of the event in the log. */
interface EventType {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly words: string;
}

export const EVENT_TYPES = {
  "access.removed": { level: "info", words: "access removed" },
  "assertion.accepted": { level: "info", words: "an assertion of a trusted issuer stands for a person" },
  "audit.sealed": { level: "info", words: "the record of acts is sealed up to here" },
  "backchannel.approved": {
    level: "info",
    words: "a person approved what an application asked in the back channel",
  },
  "backchannel.asked": { level: "info", words: "an application asks a person in the back channel" },
  "backchannel.denied": {
    level: "info",
    words: "a person declined what an application asked in the back channel",
  },
  "backchannel.limited": { level: "warn", words: "an application asked a person too often: refused" },
  "client.changed": { level: "info", words: "client changed" },
  "client.created": { level: "info", words: "client created" },
  "client.disabled": { level: "info", words: "client disabled" },
  "client.discovered": { level: "info", words: "client made as its metadata document says" },
  "client.enabled": { level: "info", words: "client enabled" },
  "client.registered": { level: "info", words: "client registered" },
  "client.removed": { level: "info", words: "client removed" },
  "client.unvouched": { level: "info", words: "the operator no longer vouches for a client" },
  "client.vouched": { level: "info", words: "the operator vouches for a client" },
  "client_secret.added": { level: "info", words: "client secret added" },
  "client_secret.removed": { level: "info", words: "client secret removed" },
  "client_tokens.ended": { level: "info", words: "all access tokens of a client ended" },
  "code.issued": { level: "info", words: "authorization code issued" },
  "code.replayed": { level: "warn", words: "authorization code used again: its grant is revoked" },
  "consent.given": { level: "info", words: "consent given" },
  "consent.refused": { level: "info", words: "consent refused" },
  "database.backed_up": { level: "info", words: "database backed up" },
  "database.copied": { level: "info", words: "database copied" },
  "database.restored": { level: "info", words: "database restored from a backup" },
  "device.approved": { level: "info", words: "device approved" },
  "device.asked": { level: "info", words: "device asks for a person" },
  "device.denied": { level: "info", words: "device denied" },
  "documents.blocked": { level: "info", words: "no metadata documents are taken from there" },
  "documents.unblocked": { level: "info", words: "metadata documents are taken from there again" },
  "email.changed": { level: "info", words: "e-mail address changed" },
  "email.asked": { level: "info", words: "a person wants another e-mail address, which is to be confirmed" },
  "email.verified": { level: "info", words: "e-mail address confirmed" },
  "group.changed": { level: "info", words: "group changed" },
  "group.created": { level: "info", words: "group created" },
  "group.joined": { level: "info", words: "a person is in a group now" },
  "group.left": { level: "info", words: "a person is no longer in a group" },
  "group.manager_added": { level: "info", words: "a member manages the group now" },
  "group.manager_removed": { level: "info", words: "a member no longer manages the group" },
  "group.removed": { level: "info", words: "group removed" },
  "grant.revoked": { level: "info", words: "grant revoked" },
  "id_jag.issued": { level: "info", words: "an assertion for another authorization server issued" },
  "invitation.accepted": { level: "info", words: "invitation accepted" },
  "invitation.created": { level: "info", words: "invitation created" },
  "invitation.revoked": { level: "info", words: "invitation revoked" },
  "link.refused": { level: "info", words: "a link was refused" },
  "logout.failed": { level: "warn", words: "an application did not hear of a sign-out: trying again" },
  "logout.given_up": { level: "warn", words: "an application will not hear of a sign-out" },
  "logout.sent": { level: "info", words: "an application heard of a sign-out" },
  "mail.dropped": { level: "debug", words: "a mail has no reader, or none any more: not sent" },
  "mail.failed": { level: "warn", words: "a mail could not be sent: trying again" },
  "mail.given_up": { level: "warn", words: "a mail will not be sent" },
  "mail.limited": { level: "warn", words: "a mail is one too many within an hour: not sent" },
  "mail.sent": { level: "info", words: "mail sent" },
  "mails.chosen": { level: "info", words: "a person chose which mails to get" },
  "passkey.added": { level: "info", words: "passkey added" },
  "passkey.refused": { level: "warn", words: "the answer of a passkey was refused" },
  "passkey.removed": { level: "info", words: "passkey removed" },
  "password.changed": { level: "info", words: "password changed" },
  "password.removed": { level: "info", words: "password removed: its person signs in without one" },
  "password.renewed": { level: "info", words: "password hash renewed" },
  "person.changed": { level: "info", words: "person changed" },
  "person.created": { level: "info", words: "person created" },
  "person.disabled": { level: "info", words: "person disabled" },
  "person.enabled": { level: "info", words: "person enabled" },
  "person.removed": { level: "info", words: "person removed" },
  "person.unlocked": { level: "info", words: "a person may try passwords again" },
  "recovery_code.used": {
    level: "warn",
    words: "a recovery code signed a person in, or changed their second factor",
  },
  "recovery_codes.renewed": { level: "info", words: "recovery codes renewed" },
  "refresh_token.replayed": { level: "warn", words: "refresh token used again: its grant is revoked" },
  "refresh_token.retried_elsewhere": {
    level: "warn",
    words: "refresh token sent again from another network: the same answer",
  },
  "refresh_token.retried": { level: "info", words: "refresh token sent again: the same answer" },
  "ping.failed": {
    level: "warn",
    words: "an application did not hear that a person has answered: trying again",
  },
  "ping.given_up": {
    level: "warn",
    words: "an application will not hear that a person has answered: it must ask",
  },
  "ping.sent": { level: "info", words: "an application heard that a person has answered" },
  "reset.asked": { level: "info", words: "link for a new password created" },
  "reset.done": { level: "info", words: "new password set by a link" },
  "role.given": { level: "warn", words: "a person has a role now" },
  "role.taken": { level: "info", words: "a person no longer has a role" },
  "rows.expired": { level: "debug", words: "removed expired rows" },
  "second_factor.added": { level: "info", words: "second factor added" },
  "second_factor.removed": { level: "warn", words: "second factor removed" },
  "session.ended": { level: "info", words: "signed out" },
  "session.started": { level: "info", words: "signed in" },
  "sessions.ended": { level: "info", words: "signed out everywhere" },
  "server_key.rotated": { level: "warn", words: "another server key is in use" },
  "signing_key.added": { level: "info", words: "signing key added" },
  "signing_key.retired": { level: "warn", words: "signing key retired: its tokens do not verify any more" },
  "setup_link.created": { level: "info", words: "set-up link created" },
  "sign_in.approved": { level: "info", words: "sign-in on another device approved" },
  "sign_in.denied": { level: "warn", words: "sign-in on another device denied" },
  "sign_in.limited": { level: "warn", words: "sign-in refused: too many attempts" },
  "sign_in.refused": { level: "info", words: "sign-in refused: wrong name or password" },
  "sign_in_link.created": { level: "info", words: "sign-in link created" },
  "sign_in_link.used": { level: "info", words: "sign-in link used" },
  "sign_up.approved": { level: "info", words: "a person who made their own account is let in" },
  "sign_up.asked": { level: "info", words: "a stranger asked for an account" },
  "sign_up.refused": { level: "warn", words: "no further accounts for strangers: the limit is reached" },
  "sign_up.waiting": { level: "info", words: "a new account waits until an administrator lets it in" },
  "store.stale": { level: "error", words: "the facts changed each time before a decision was committed" },
  "token.exchanged": { level: "info", words: "a token was exchanged for another one" },
  "token.issued": { level: "info", words: "tokens issued" },
  "token.revoked": { level: "info", words: "token revoked" },
  "webhook.failed": { level: "warn", words: "a webhook did not take an event: trying again" },
  "webhook.given_up": { level: "warn", words: "a webhook will not hear of events" },
  "webhook.replayed": { level: "info", words: "an event is sent to a webhook again" },
  "webhook.tested": { level: "info", words: "a test is sent to a webhook" },
  "workload.authenticated": { level: "info", words: "a workload authenticated a client" },
  "workload.refused": { level: "info", words: "a token of a trusted issuer authenticated no client" },
} as const satisfies Readonly<Record<string, EventType>>;

export type EventName = keyof typeof EVENT_TYPES;

export interface Event {
  readonly event: EventName;
  /** The person whom the event concerns. */
  readonly subject?: string | undefined;
  readonly client?: string | undefined;
  readonly group?: string | undefined;
  readonly grant?: RecordId | null | undefined;
  /** The link that the event is about. */
  readonly link?: RecordId | undefined;
  /** The reason, in the vocabulary of the rule. */
  readonly reason?: string | undefined;
  /** The file of a backup. */
  readonly file?: string | undefined;
  /** How many things the event concerns. */
  readonly count?: number | undefined;
  /** The `kid` of a signing key. */
  readonly key?: string | undefined;
  /** The grant type, the kind of credential, of mail or of link, the engine of a database, or another issuer. */
  readonly via?: string | undefined;
  /** The subject of a workload's token, as its issuer named it. */
  readonly workload?: string | undefined;
  /** A browser that is new to the account, by the names that are known here. No log has it. */
  readonly browser?: Product | undefined;
  /** The address that the person had before, if it was verified. It is told of the change, and no log has it. */
  readonly formerEmail?: string | undefined;
}

/** The actor: a client, a person, the operator at the command line, the server itself, or a stranger. */
export interface Actor {
  readonly kind: ActorKind;
  /** The client's or the person's identifier, or the operator's user name on this machine. */
  readonly id: string | null;
}

/** The actor in one word, for logs and records: `person:acc_…`, `operator:root`, `server`. */
export const actorText = ({ kind, id }: Actor): string => (id === null ? kind : `${kind}:${id}`);

const ACTOR_KINDS: readonly ActorKind[] = ["client", "person", "operator", "server", "stranger"];

/** Reads the same: a word alone means all actors of the kind. Null for a text that is neither. */
export function parseActor(text: string): Partial<Actor> | null {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const kind = ACTOR_KINDS.find((each) => each === name);
  if (kind === undefined) return null;
  return colon < 0 ? { kind } : { kind, id: text.slice(colon + 1) };
}

/** The request that causes an act. */
export interface Origin {
  readonly address: string;
  /** What the program that sent it says of itself is among its headers. No log has it. */
  readonly request?: Pick<Request, "headers">;
  readonly requestId: string;
}

/** The actor of an act and the request behind it; every event carries them. */
export interface Act {
  readonly actor: Actor;
  /** The client whose token of the person was used. Without one the person acted in a browser. */
  readonly through?: string | undefined;
  /** Null if no request caused the act. */
  readonly origin: Origin | null;
}

/** An act of the server itself: applying declarations, cleaning up. */
export const SERVER_ACT: Act = { actor: { kind: "server", id: null }, origin: null };

/** An act of a request whose sender is not known yet. */
export const actOfStranger = (origin: Origin): Act => ({ actor: { kind: "stranger", id: null }, origin });

export const actOfClient = (origin: Origin, clientId: string): Act => ({
  actor: { kind: "client", id: clientId },
  origin,
});

/** `through`: the client whose token of the person was used. */
export const actOfPerson = (origin: Origin, subject: string, through?: string): Act => ({
  actor: { kind: "person", id: subject },
  through,
  origin,
});
