/**
 * Mails about people's accounts. The commit that is the reason for a mail has its row too (`mailEvents`, `mailChange`), which waits in the
 * outbox (`outbox.ts`).
 */
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId, parseRecordId, recordIdText } from "../credentials/credential.ts";
import type { Clock } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RandomBytes } from "../platform/random.ts";
import { type OpenSmtp, type SmtpConnection, SmtpError, type SmtpMessage } from "../platform/smtp.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { type Act, SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/mail.ts";
import { type Change, row, type Store, StoreUnavailable } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { type BackchannelRequestRecord, backchannelRequests } from "../store/tables/requests.ts";
import { type MailRecord, mails } from "../store/tables/waiting.ts";
import { findClient } from "./clients.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import type { Subscriber } from "./events.ts";
import {
  type Attempted,
  createSender,
  healthOf,
  logFault,
  MOST_WAITING_COUNTED,
  type OutboxHealth,
  type Sender,
  type SenderContext,
} from "./outbox.ts";
import type { Page } from "./paging.ts";
import { findAccount } from "./people.ts";

export type MailSettings = NonNullable<Configuration["mail"]>;

/** What it takes to put a mail into a commit. */
export interface MailContext {
  readonly configuration: Pick<Configuration, "mail">;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly keys: ServerKeys;
}

/** Whether this server sends mail. Without it, links are given by hand. */
export const sendsMail = ({ configuration }: Pick<MailContext, "configuration">): boolean =>
  configuration.mail !== undefined;

/** A mail that an operation asks for, because it has a link. Others come by their events. */
export interface WantedMail<Kind extends rules.MailKind = rules.MailKind> {
  readonly kind: Kind;
  readonly parameters: rules.ParametersOf[Kind];
  /** The person. Default: none, for an address of which no account is known. */
  readonly subject?: string | null;
  /** Where it goes. Default: the person's own address, as it is when the mail is sent. */
  readonly address?: string | null;
  /** Default: the person's own, else `mail.language`. */
  readonly language?: string | null;
  /** The whole address that the mail leads to. The row has it sealed, until the mail is sent. */
  readonly link?: string | null;
  /** When the link ends, in seconds since the epoch: the mail is not sent after that. */
  readonly uselessAt?: number | null;
}

/** The changes that send a mail with the commit that they are a part of. None if this server sends no mail. */
export function mailChange<Kind extends rules.MailKind>(
  { configuration: { mail }, clock, random, keys }: MailContext,
  {
    kind,
    parameters,
    subject = null,
    address = null,
    language = null,
    link = null,
    uselessAt = null,
  }: WantedMail<Kind>,
): readonly Change[] {
  if (mail === undefined) return [];
  const id = newMailId(clock, random, subject ?? address ?? "");
  const sealedLink = link === null ? null : keys.seal("mail", recordIdText(id), Buffer.from(link));
  const order: rules.MailOrder = { kind, parameters, subject, address, language, sealedLink, uselessAt };
  return [rules.queued(rules.newMail(order, id, clock.seconds(), mail))];
}

const newMailId = (clock: Clock, random: RandomBytes, about: string): RecordId =>
  newRecordId(clock, random, shardOf(about));

/**
 * Sends a mail that no other change goes with. `queued`: it waits for the next sender. `off`: this server sends no mail. `limited`: so
 * many mails of the kind went to the person or to the address within the last hour that this one is not taken.
 */
export async function postMail<Kind extends rules.MailKind>(
  context: MailContext & DecideContext & { readonly mailSender?: Sender | null },
  act: Act,
  wanted: WantedMail<Kind>,
): Promise<"queued" | "off" | "limited"> {
  const { mail } = context.configuration;
  if (mail === undefined) return "off";
  if (await isCrowded(context, wanted)) return "limited";
  await outcomeOf(context, act, async () => ({ outcome: undefined, changes: mailChange(context, wanted) }));
  context.mailSender?.wake();
  return "queued";
}

/** Whether a person or an address has had as many mails of a kind within the last hour as they may. */
export async function isCrowded(
  context: Pick<MailContext, "configuration" | "clock"> & { readonly store: Store },
  { kind, subject = null, address = null }: Pick<WantedMail, "kind" | "subject" | "address">,
): Promise<boolean> {
  const { mail } = context.configuration;
  if (mail === undefined) return false;
  const until = { createdAt: context.clock.seconds() + 1, id: NO_ID };
  const { count } = await findEarlier(context, kind, { subject, address }, until, mail);
  return count >= mail.per_person_and_hour;
}

/** Comes before every other identifier. */
const NO_ID = new Uint8Array(16) as RecordId;

type Moment = Pick<MailRecord, "createdAt" | "id">;

interface Earlier {
  readonly count: number;
  /** When the last one came; null if none did. It is not known if there are as many as may be. */
  readonly latest: number | null;
}

/** The mails of the kind that came before this moment and within the hour, but no more of them than may. */
async function findEarlier(
  { store }: { readonly store: Store },
  kind: string,
  { subject, address }: { readonly subject: string | null; readonly address: string | null },
  moment: Moment,
  { per_person_and_hour: limit }: rules.MailBounds,
): Promise<Earlier> {
  const timesOf = async (where: Partial<MailRecord>): Promise<readonly number[]> => {
    const found = await store.list(mails, {
      where: { ...where, kind },
      above: { createdAt: moment.createdAt - rules.CROWD_SECONDS },
      order: ["createdAt", "id"],
      limit,
    });
    return found.filter((other) => isBefore(other, moment)).map(({ createdAt }) => createdAt);
  };
  const times = [
    subject === null ? [] : await timesOf({ subject: subject as MailRecord["subject"] }),
    address === null ? [] : await timesOf({ address }),
  ];
  const all = times.flat();
  return {
    count: Math.max(...times.map(({ length }) => length)),
    latest: all.length === 0 ? null : Math.max(...all),
  };
}

const isBefore = (one: Moment, other: Moment): boolean =>
  one.createdAt < other.createdAt ||
  (one.createdAt === other.createdAt && Buffer.compare(one.id, other.id) < 0);

/** The subscriber that sends a mail with each event that asks for one. `wake` is called after the commit. */
export const mailEvents = (
  { clock, random }: Pick<MailContext, "clock" | "random">,
  bounds: rules.MailBounds,
  wake: () => void = () => {},
): Subscriber => ({
  changesFor: (act, events) =>
    events.some(({ event }) => rules.asksForMail(event))
      ? rules
          .mailsAbout(act, events, (subject) => newMailId(clock, random, subject), clock.seconds(), bounds)
          .map(rules.queued)
      : NOTHING,
  tell(_, { event }) {
    if (rules.asksForMail(event)) wake();
  },
});

const NOTHING: readonly Change[] = [];

/** What a mail says: the facts that its words are made of. */
export interface MailFacts {
  readonly kind: rules.MailKind;
  readonly parameters: MailRecord["parameters"];
  readonly createdAt: number;
  readonly link: string | null;
  /** The language that the mail is to have, in the order of preference. */
  readonly languages: readonly string[];
  readonly account: Pick<AccountRecord, "username" | "name"> | null;
  /** The application that the mail is about. */
  readonly client: ClientRecord | null;
  /** What the application says of its request, in its own words; null if it says nothing. */
  readonly quote: string | null;
}

export interface ComposedMail extends Pick<SmtpMessage, "subject" | "text" | "html" | "language"> {}

export interface MailSenderContext extends DecideContext, MailContext, SenderContext {
  /** The words of a mail (mails/compose.tsx). */
  readonly compose: (facts: MailFacts) => Promise<ComposedMail>;
  readonly openSmtp: OpenSmtp;
  /** The sender, and the host by which its mails are named. */
  readonly from: SmtpMessage["from"];
  readonly host: string;
}

/**
 * How many times the patience for one step an attempt may take. RFC 5321 §4.5.3.2.6 lets a mail server take minutes to say that it
 * has a mail; one that is left before that would get the mail again and again.
 */
export const STEPS_PER_ATTEMPT = 15;
/** What a commit takes, and more. */
const MARGIN_SECONDS = 10;

const BY_ID = { mail: row(mails, { id: "$id" }), account: row(accounts, { subject: "mail.subject" }) };

/** The mails that wait, by the time of their next attempt. */
const findWaiting = ({ store }: { readonly store: Store }, limit: number): Promise<MailRecord[]> =>
  store.list(mails, { where: { waits: true }, order: ["nextAt", "id"], limit });

/** A sender for this process. `settings`: those of `configuration.mail`. */
export function createMailSender(context: MailSenderContext, settings: MailSettings): Sender {
  let connection: SmtpConnection | null = null;

  async function attempt(waiting: MailRecord, ending: AbortSignal): Promise<Attempted> {
    const claimed = await claim(context, waiting, settings);
    if (claimed.outcome !== "send") return "passed";
    const patience = AbortSignal.timeout(settings.timeout_seconds * STEPS_PER_ATTEMPT * 1000);
    const answer = await post(claimed, AbortSignal.any([patience, ending]));
    await outcomeOf(context, SERVER_ACT, async () =>
      rules.conclude(claimed.mail, await findMail(context, claimed.mail), answer, context.clock.seconds()),
    );
    return answer.outcome === "failed" && answer.isOfServer ? "down" : "done";
  }

  async function post(
    { mail, kind, to }: Extract<rules.Claim, { outcome: "send" }>,
    signal: AbortSignal,
  ): Promise<rules.Answer & { readonly isOfServer?: boolean }> {
    try {
      const message = await compose(context, settings, mail, kind);
      // The server has another key than it had when it sealed the link.
      if (message === null) return { outcome: "refused", reason: "link" };
      connection ??= await context.openSmtp();
      await connection.send({ ...message, to }, signal);
      return { outcome: "sent", to };
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (!(error instanceof SmtpError)) {
        // A fault of this server with one mail shows in the lists, and keeps no other mail waiting.
        logFault(context, "a mail", error);
        return { outcome: "failed", reason: "fault" };
      }
      const { reason, mayPass, isOfServer } = error;
      return { outcome: mayPass ? "failed" : "refused", reason, isOfServer };
    }
  }

  return createSender(context, "a mail", [
    {
      first: (limit) => findWaiting(context, limit),
      async giveUp(rows, now) {
        for (const mail of rows)
          await outcomeOf(context, SERVER_ACT, async () =>
            rules.giveUp(mail, await findMail(context, mail), now),
          );
      },
      attempts: (rows, ending) => rows.map((mail) => () => attempt(mail, ending)),
      rest() {
        connection?.close();
        connection = null;
      },
    },
  ]);
}

const findMail = async (
  { store }: Pick<MailSenderContext, "store">,
  { id }: MailRecord,
): Promise<MailRecord | null> => (await store.look(BY_ID, { id })).mail;

const claim = (
  context: MailSenderContext,
  { id }: MailRecord,
  settings: MailSettings,
): Promise<rules.Claim> =>
  outcomeOf(context, SERVER_ACT, async () => {
    const facts = await context.store.look(BY_ID, { id });
    const now = context.clock.seconds();
    const lease = Math.ceil(settings.timeout_seconds * STEPS_PER_ATTEMPT) + MARGIN_SECONDS;
    const { count, latest } = await earlierThan(context, facts, settings);
    const request = facts.mail === null ? null : await findRequest(context, facts.mail);
    return rules.claim({ ...facts, earlier: count, latest, request }, now, lease, settings);
  });

const REQUEST = { request: row(backchannelRequests, { id: "$id" }) };

/** The request of an application that the mail is about; null if it is about none. */
async function findRequest(
  { store }: Pick<MailSenderContext, "store">,
  { parameters: { request } }: Pick<MailRecord, "parameters">,
): Promise<BackchannelRequestRecord | null> {
  const id = typeof request === "string" ? parseRecordId(request) : null;
  return id === null ? null : (await store.look(REQUEST, { id })).request;
}

/** Only the first attempt counts: a mail that was taken once is sent. */
const earlierThan = async (
  context: MailSenderContext,
  { mail, account }: Pick<rules.ClaimFacts, "mail" | "account">,
  settings: MailSettings,
): Promise<Earlier> =>
  mail === null || mail.attempts > 0
    ? { count: 0, latest: null }
    : findEarlier(
        context,
        mail.kind,
        { subject: mail.subject, address: mail.address ?? account?.email ?? null },
        mail,
        settings,
      );

async function compose(
  context: MailSenderContext,
  settings: MailSettings,
  mail: MailRecord,
  kind: rules.MailKind,
): Promise<Omit<SmtpMessage, "to"> | null> {
  const { id, parameters, createdAt, sealedLink, language, subject } = mail;
  const account = subject === null ? null : await findAccount(context, subject);
  const name = recordIdText(id);
  const link = openLink(context.keys, name, sealedLink);
  if (link === "unreadable") return null;
  const { client } = parameters;
  const own = account?.profile.locale;
  const composed = await context.compose({
    kind,
    parameters,
    createdAt,
    link: link?.href ?? null,
    languages: [language, own, settings.language].filter((tag) => tag !== null && tag !== undefined),
    account,
    client: typeof client === "string" ? await findClient(context, client) : null,
    quote: (await findRequest(context, mail))?.bindingMessage ?? null,
  });
  return {
    ...composed,
    from: context.from,
    replyTo: settings.reply_to ?? null,
    id: `${name}@${context.host}`,
    date: new Date(createdAt * 1000),
  };
}

function openLink(
  keys: ServerKeys,
  name: string,
  sealed: Uint8Array | null,
): { readonly href: string } | null | "unreadable" {
  if (sealed === null) return null;
  try {
    return { href: Buffer.from(keys.unseal("mail", name, sealed)).toString() };
  } catch {
    return "unreadable";
  }
}

/** A person says which mails they do not want. `security`: one of them cannot be turned off; nothing changes then. */
export const chooseMails = (
  context: DecideContext,
  act: Act,
  subject: string,
  off: readonly rules.MailKind[],
): Promise<"chosen" | "unknown" | "security"> =>
  outcomeOf(context, act, async () => rules.chooseMails(await findAccount(context, subject), off));

/** A page of all mails, the newest first. `subject`: those of one person. */
export const listMails = (
  { store }: { readonly store: Store },
  { subject }: { readonly subject?: MailRecord["subject"] | undefined },
  { limit, after = null }: Page<MailRecord>,
): Promise<MailRecord[]> =>
  store.list(mails, {
    ...(subject !== undefined && { where: { subject } }),
    order: ["createdAt", "id"],
    descending: true,
    after,
    limit,
  });

/** How mail fares: for `tessera status`, and for pages that say that a mail may take longer. */
export const findMailHealth = async (context: { readonly store: Store }): Promise<OutboxHealth> =>
  healthOf(await findWaiting(context, MOST_WAITING_COUNTED));
