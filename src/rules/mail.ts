/**
 * Mails about people's accounts: which kinds there are, which event asks for which, and who gets one. A mail waits in the
 * outbox until the mail server has it (`rules/outbox.ts`).
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import type { Product } from "../protocol/user-agent.ts";
import { insert, sweep, update } from "../store/contract.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import type { BackchannelRequestRecord } from "../store/tables/requests.ts";
import { type MailParameters, type MailRecord, mails } from "../store/tables/waiting.ts";
import { concluded, type Decision } from "./decision.ts";
import type { Act, Event } from "./events.ts";
import { after, type Failure, isDue, newWaiting, settle, take } from "./outbox.ts";
import { isPending } from "./polling.ts";

/** What each kind of mail says beside its words. A link is not among it: the row has it sealed. */
export type ParametersOf = {
  /** A person may make an account, or is given one. */
  readonly invitation: { readonly inviter: string | null; readonly linkExpiresAt: EpochSeconds };
  /** A person who forgot the password asked for a link. */
  readonly reset: { readonly linkExpiresAt: EpochSeconds };
  /** A link that signs in once, by the operator. */
  readonly sign_in: { readonly linkExpiresAt: EpochSeconds };
  /** A code that signs in once, which the person asked for. */
  readonly sign_in_code: { readonly linkExpiresAt: EpochSeconds };
  /** A person wants an account, and is to prove the address first. */
  readonly registration: { readonly linkExpiresAt: EpochSeconds };
  /** A person wants an account with an address that has one. */
  readonly account_exists: Record<string, never>;
  /** A person who waited for an account is let in. */
  readonly approved: Record<string, never>;
  /** The address is to be proved before it counts. */
  readonly verify_email: { readonly linkExpiresAt: EpochSeconds };
  /** For the former address. */
  readonly email_changed: Record<string, never>;
  readonly password_changed: { readonly byOperator: boolean; readonly address: string | null };
  /** A person does without a password. */
  readonly password_removed: { readonly address: string | null };
  readonly passkey_changed: { readonly change: "added" | "removed"; readonly address: string | null };
  readonly second_factor_changed: {
    readonly change: "added" | "removed" | "recovery_code_used" | "recovery_codes_renewed";
    readonly address: string | null;
  };
  /** The browser is named only as far as it is known: no row has what a stranger's program says of itself. */
  readonly new_device: Product & { readonly address: string | null };
  /** `client`: the application whose refresh token was used twice. */
  readonly refresh_token_replayed: { readonly client: string };
  /** An application asks for the person's approval. `request`: the identifier of what it asks, as text. Its words are in that row only. */
  readonly backchannel_asked: {
    readonly client: string;
    readonly request: string;
    readonly linkExpiresAt: EpochSeconds;
  };
  readonly account_disabled: Record<string, never>;
};

export type MailKind = keyof ParametersOf;

interface Asked<Kind extends MailKind> {
  readonly parameters: ParametersOf[Kind];
  /** Default: the person's own. */
  readonly address?: string;
}

interface KindRules<Kind extends MailKind> {
  /** A security message: the person cannot turn it off. */
  readonly isSecurity: boolean;
  /** Whether it also goes to an address of the person that is not verified: it is what verifies it. */
  readonly toUnverified: boolean;
  /** Whether a person gets it who is disabled. */
  readonly toDisabled: boolean;
  /** Whether the person sits and waits for it: it is sent before those that came within `HEAD_START_SECONDS` before it. */
  readonly isAwaited?: boolean;
  /**
   * Whether it is about a request that waits for the person (rules/backchannel-request.ts). It tells who asks, is not sent once the
   * request is answered, and comes once in `ASKING_PAUSE_SECONDS` for each person, however many requests come (THREATS 26).
   */
  readonly asks?: true;
  /** `code`: what the row has sealed is a code to type, and no link. */
  readonly secret?: "link" | "code";
  /**
   * The events that ask for it, by their names. Null: this one does not. An operation asks for the others itself, because they have a
   * link (`mailChange`).
   */
  readonly events: Readonly<Record<string, (event: Event, act: Act) => Asked<Kind> | null>>;
}

const addressOf = ({ origin }: Act): string | null => origin?.address ?? null;

/** What all messages have in common that say that something has changed. */
const SECURITY = { isSecurity: true, toUnverified: false, toDisabled: true } as const;
/** What all messages have in common that open a way to the account. */
const WAY_IN = {
  isSecurity: true,
  toUnverified: false,
  toDisabled: false,
  isAwaited: true,
  events: {},
} as const;

/** Every kind of mail, once. `mails/texts` has its words in each language. */
export const MAIL_KINDS: { readonly [Kind in MailKind]: KindRules<Kind> } = {
  invitation: { ...WAY_IN, toUnverified: true, isAwaited: false },
  reset: WAY_IN,
  sign_in: WAY_IN,
  sign_in_code: { ...WAY_IN, secret: "code" },
  registration: { ...WAY_IN, toUnverified: true },
  account_exists: { ...WAY_IN, toUnverified: true },
  approved: { ...WAY_IN, isAwaited: false },
  verify_email: { ...WAY_IN, toUnverified: true },
  email_changed: {
    ...SECURITY,
    events: {
      "email.changed": ({ formerEmail }) =>
        formerEmail === undefined ? null : { parameters: {}, address: formerEmail },
    },
  },
  password_changed: {
    ...SECURITY,
    events: {
      "password.changed": (_, act) => ({
        parameters: { byOperator: act.actor.kind !== "person", address: addressOf(act) },
      }),
    },
  },
  password_removed: {
    ...SECURITY,
    events: { "password.removed": (_, act) => ({ parameters: { address: addressOf(act) } }) },
  },
  passkey_changed: {
    ...SECURITY,
    events: {
      "passkey.added": (_, act) => ({ parameters: { change: "added", address: addressOf(act) } }),
      "passkey.removed": (_, act) => ({ parameters: { change: "removed", address: addressOf(act) } }),
    },
  },
  second_factor_changed: {
    ...SECURITY,
    events: {
      "second_factor.added": (_, act) => ({ parameters: { change: "added", address: addressOf(act) } }),
      "second_factor.removed": (_, act) => ({ parameters: { change: "removed", address: addressOf(act) } }),
      "recovery_code.used": (_, act) => ({
        parameters: { change: "recovery_code_used", address: addressOf(act) },
      }),
      "recovery_codes.renewed": (_, act) => ({
        parameters: { change: "recovery_codes_renewed", address: addressOf(act) },
      }),
    },
  },
  new_device: {
    isSecurity: false,
    toUnverified: false,
    toDisabled: false,
    events: {
      "session.started": ({ reason, browser = { program: null, system: null } }, act) =>
        reason === NEW_BROWSER ? { parameters: { address: addressOf(act), ...browser } } : null,
    },
  },
  refresh_token_replayed: {
    ...SECURITY,
    events: {
      "refresh_token.replayed": ({ client }) => (client === undefined ? null : { parameters: { client } }),
    },
  },
  backchannel_asked: {
    isSecurity: false,
    toUnverified: false,
    toDisabled: false,
    isAwaited: true,
    asks: true,
    events: {},
  },
  account_disabled: { ...SECURITY, events: { "person.disabled": () => ({ parameters: {} }) } },
};

/** The reason of `session.started` in a browser in which the person has not signed in before, or not for long. */
export const NEW_BROWSER = "new_browser";

export const MAIL_KIND_NAMES = Object.keys(MAIL_KINDS) as readonly MailKind[];

const isKind = (name: string): name is MailKind => Object.hasOwn(MAIL_KINDS, name);

/** The kinds that a person may turn off. */
export const OPTIONAL_MAILS: readonly MailKind[] = MAIL_KIND_NAMES.filter(
  (kind) => !MAIL_KINDS[kind].isSecurity,
);

/** Most events ask for no mail, and tokens are issued often, so each is found by its name. */
const BY_EVENT: ReadonlyMap<string, readonly MailKind[]> = new Map(
  Object.entries(
    Object.groupBy(
      MAIL_KIND_NAMES.flatMap((kind) =>
        Object.keys(MAIL_KINDS[kind].events).map((event) => ({ kind, event })),
      ),
      ({ event }) => event,
    ),
  ).map(([event, entries]) => [event, (entries ?? []).map(({ kind }) => kind)]),
);

/** Whether an event of this name may ask for a mail. */
export const asksForMail = (event: string): boolean => BY_EVENT.has(event);

/** The settings of mail that decide. All are in seconds, but for the number of mails. */
export interface MailBounds {
  readonly give_up_seconds: number;
  readonly keep_seconds: number;
  readonly per_person_and_hour: number;
}

/** A mail to send. */
export interface MailOrder<Kind extends MailKind = MailKind> {
  readonly kind: Kind;
  readonly parameters: ParametersOf[Kind];
  /** Null: to an address of which no account is known. */
  readonly subject: string | null;
  /** Null: the person's own, as it is when the mail is sent. */
  readonly address: string | null;
  /** Null: the person's own, as it is known when the mail is sent. */
  readonly language: string | null;
  readonly sealedLink: Uint8Array | null;
  /** When the mail is of no use any more; null: never. */
  readonly uselessAt: EpochSeconds | null;
}

/** A thousand invitations at once keep no code waiting until it is of no use. */
const HEAD_START_SECONDS = 3600;

/** The row of a mail that waits. */
export function newMail(order: MailOrder, id: RecordId, now: EpochSeconds, bounds: MailBounds): MailRecord {
  const { uselessAt, parameters, subject, ...same } = order;
  const giveUpAt = Math.min(now + bounds.give_up_seconds, uselessAt ?? Number.POSITIVE_INFINITY);
  const { isAwaited = false } = MAIL_KINDS[order.kind];
  return {
    ...same,
    id,
    subject: subject as SubjectId | null,
    parameters: parameters as MailParameters,
    ...newWaiting(now, giveUpAt),
    nextAt: isAwaited ? now - HEAD_START_SECONDS : now,
    sentAt: null,
    expiresAt: Math.max(giveUpAt, now + bounds.keep_seconds),
  };
}

/** The mails that the events of one commit ask for. Most ask for none. */
export function mailsAbout(
  act: Act,
  events: readonly Event[],
  newId: (subject: string) => RecordId,
  now: EpochSeconds,
  bounds: MailBounds,
): MailRecord[] {
  return events.flatMap((event) => {
    const { subject } = event;
    if (subject === undefined) return [];
    return (BY_EVENT.get(event.event) ?? []).flatMap((kind) => {
      const asked = MAIL_KINDS[kind].events[event.event]?.(event, act) ?? null;
      if (asked === null) return [];
      const order: MailOrder = {
        kind,
        parameters: asked.parameters,
        subject,
        address: asked.address ?? null,
        language: null,
        sealedLink: null,
        uselessAt: null,
      };
      return [newMail(order, newId(subject), now, bounds)];
    });
  });
}

/** The hour of `per_person_and_hour`. */
export const CROWD_SECONDS = 3600;

/** After a mail about a request of an application, no other one comes to the person for so long. */
export const ASKING_PAUSE_SECONDS = 300;

export interface ClaimFacts {
  readonly mail: MailRecord | null;
  /** Null for an address without an account, and for an account that is gone. */
  readonly account: AccountRecord | null;
  /** How many mails of the kind came before it within `CROWD_SECONDS`: for the person, or to the address if those are more. */
  readonly earlier: number;
  /** When the last of them came; null if none did. */
  readonly latest: EpochSeconds | null;
  /** What the mail is about, if it is about a request of an application. */
  readonly request: BackchannelRequestRecord | null;
}

/** Why a mail is not sent at all. */
export type DropReason =
  | "unknown_kind"
  | "no_account"
  | "no_address"
  | "unverified"
  | "disabled"
  | "turned_off"
  | "answered"
  | "another_lately";

/** `to`: the address. `none`: it is another sender's, or not due. */
export type Claim =
  | { readonly outcome: "send"; readonly mail: MailRecord; readonly kind: MailKind; readonly to: string }
  | { readonly outcome: "none" | "dropped" };

/** Where a mail goes; else why it is not sent. */
function destination(
  mail: MailRecord,
  account: AccountRecord | null,
): { readonly to: string; readonly kind: MailKind } | DropReason {
  const { kind, subject, address } = mail;
  if (!isKind(kind)) return "unknown_kind";
  const { isSecurity, toUnverified, toDisabled } = MAIL_KINDS[kind];
  if (subject === null) return address === null ? "no_address" : { to: address, kind };
  if (account === null) return "no_account";
  if (account.disabledAt !== null && !toDisabled) return "disabled";
  if (!isSecurity && account.mailsOff.includes(kind)) return "turned_off";
  if (address !== null) return { to: address, kind };
  if (account.email === null) return "no_address";
  return account.emailVerified || toUnverified ? { to: account.email, kind } : "unverified";
}

/**
 * Takes the next attempt. Of several senders one gets it. `leaseSeconds`: how long this attempt may take at most. A mail that has
 * no reader, or one too many, is not sent, and its row goes: what strangers can make the server keep is bounded.
 */
export function claim(
  { mail, account, earlier, latest, request }: ClaimFacts,
  now: EpochSeconds,
  leaseSeconds: number,
  bounds: Pick<MailBounds, "per_person_and_hour">,
): Decision<Claim> {
  if (!isDue(mail, now)) return concluded({ outcome: "none" });
  const found = destination(mail, account);
  if (typeof found === "string") return drop(mail, { event: "mail.dropped", reason: found });
  const { asks = false } = MAIL_KINDS[found.kind];
  if (asks && !isPending(request, now)) return drop(mail, { event: "mail.dropped", reason: "answered" });
  // The one before it says where further requests are.
  if (asks && latest !== null && mail.createdAt - latest < ASKING_PAUSE_SECONDS)
    return drop(mail, { event: "mail.dropped", reason: "another_lately" });
  if (earlier >= bounds.per_person_and_hour) return drop(mail, { event: "mail.limited" });
  const { taken, changes } = take(mails, mail, now, leaseSeconds);
  return { outcome: { outcome: "send", mail: taken, ...found }, changes };
}

const drop = (mail: MailRecord, event: Event): Decision<Claim> => ({
  outcome: { outcome: "dropped" },
  sweeps: [sweep(mails, { id: mail.id }, null)],
  events: [{ ...event, ...about(mail) }],
});

/** The answer of the mail server. `to`: where the mail went. */
export type Answer = { readonly outcome: "sent"; readonly to: string } | Failure;

/** True if the mail needs no further attempt. The link goes with the last one. `present`: the row as it is now. */
export function conclude(
  mail: MailRecord,
  present: MailRecord | null,
  answer: Answer,
  now: EpochSeconds,
): Decision<boolean> {
  const { isOver, set } = after(mail, answer, now);
  const all: Partial<MailRecord> = {
    ...set,
    ...(isOver && { sealedLink: null }),
    ...(answer.outcome === "sent" && { sentAt: now, address: answer.to }),
  };
  const changes = settle(mails, mail, present, all);
  // Another sender has said so.
  if (changes.length === 0 && answer.outcome !== "sent") return concluded(isOver);
  return {
    outcome: isOver,
    changes,
    events: [
      answer.outcome === "sent"
        ? { event: "mail.sent", ...about(mail), count: mail.attempts }
        : {
            event: isOver ? "mail.given_up" : "mail.failed",
            ...about(mail),
            count: mail.attempts,
            reason: answer.reason,
          },
    ],
  };
}

/** The time for the mail is over. */
export const giveUp = (mail: MailRecord, present: MailRecord | null, now: EpochSeconds): Decision<boolean> =>
  conclude(mail, present, { outcome: "refused", reason: mail.lastFault ?? "expired" }, now);

const about = ({ subject, kind }: MailRecord) => ({ subject: subject ?? undefined, via: kind });

export type MailState = "waits" | "sent" | "failed";

/** `failed`: no further attempt comes. */
export const stateOf = ({ waits, sentAt }: Pick<MailRecord, "waits" | "sentAt">): MailState =>
  waits ? "waits" : sentAt === null ? "failed" : "sent";

/** A person says which mails they do not want. `security`: one of them cannot be turned off; nothing changes then. */
export function chooseMails(
  account: AccountRecord | null,
  off: readonly MailKind[],
): Decision<"chosen" | "unknown" | "security"> {
  if (account === null) return concluded("unknown");
  if (off.some((kind) => !OPTIONAL_MAILS.includes(kind))) return concluded("security");
  const { subject, revision } = account;
  return {
    outcome: "chosen",
    changes: [update(accounts, { subject }, { revision }, { mailsOff: [...new Set(off)].sort() })],
    events: [{ event: "mails.chosen", subject, count: off.length }],
  };
}

/** The row, as a part of a commit. */
export const queued = (mail: MailRecord) => insert(mails, mail);
