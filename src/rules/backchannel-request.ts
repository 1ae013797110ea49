/**
 * CIBA: a client asks a person who is not in its browser. The person answers on a page of this server, signed in; when the client gets
 * its tokens then is the rule for everything that clients poll for (rules/polling.ts).
 *
 * A client that may ask could ask until a tired person says yes. So each person can be asked only so often, by one client and by all together,
 * and a client that was declined waits. One row for each person counts it, and each commit that asks or answers moves its revision: of
 * parallel requests all count, on every node.
 */

import type { EpochSeconds } from "../platform/clock.ts";
import { type AuthenticationLevel, highestLevel, reaches } from "../protocol/authentication-level.ts";
import { CIBA_GRANT } from "../protocol/grant-types.ts";
import type { ClientId, SubjectId } from "../protocol/identifiers.ts";
import { type Change, hold, insert, update } from "../store/contract.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import {
  type Asked,
  type AskedPersonRecord,
  askedPeople,
  type BackchannelAnswer,
  type BackchannelRequestRecord,
  backchannelRequests,
} from "../store/tables/requests.ts";
import { isEnabled } from "./client.ts";
import { type LevelPolicy, levelOfAccess, levelOfPerson } from "./client-access.ts";
import { concluded, type Decision } from "./decision.ts";
import { asItWas } from "./grant.ts";
import { approvalChanges, COLLECTION_SECONDS, isPending, mayBeGiven, type PolledKind } from "./polling.ts";

/** What a backchannel request is to the rule for everything that clients poll for. */
export const BACKCHANNEL_REQUESTS: PolledKind = {
  table: backchannelRequests,
  via: "ciba",
  reasons: {
    unknown: "auth_req_id_unknown",
    ofOtherClient: "auth_req_id_of_other_client",
    used: "auth_req_id_used",
    denied: "auth_req_id_denied",
    expired: "auth_req_id_expired",
  },
};

/** How often one person is asked. */
export const ASKING_LIMITS = {
  open: 5,
  openOfClient: 2,
  inHour: 20,
  inHourOfClient: 10,
  /** How long a client waits after the person declined: once within the hour, twice, and more often. */
  afterDeclined: [60, 600, 3600],
  /** How long it waits after the person said that they did not start it. */
  afterReported: 86_400,
} as const;

const HOUR_SECONDS = 3600;

/** Whether the client may ask people. */
export const mayAsk = (client: ClientRecord | null): client is ClientRecord =>
  isEnabled(client) && client.grantTypes.includes(CIBA_GRANT);

/** Whether the person may still answer. */
export const isOpen = isPending;

/** Why a person is not asked: too many requests are open, there were too many within the hour, or the person declined lately. */
export type AskingFault = "open" | "hour" | "declined";

interface Limited {
  readonly fault: AskingFault;
  /** When the next request may come, if no other comes before it. */
  readonly retryAfterSeconds: number;
}

/** Null: the client may ask the person now. */
export function askingFault(asked: readonly Asked[], client: ClientId, now: EpochSeconds): Limited | null {
  const own = asked.filter((each) => each.client === client);
  const free = declinedUntil(own, now);
  if (free > now) return { fault: "declined", retryAfterSeconds: free - now };
  for (const [among, most] of [
    [own, ASKING_LIMITS.openOfClient],
    [asked, ASKING_LIMITS.open],
  ] as const) {
    const open = among.filter(({ until }) => until > now);
    if (open.length >= most)
      return { fault: "open", retryAfterSeconds: Math.min(...open.map(({ until }) => until)) - now };
  }
  for (const [among, most] of [
    [own, ASKING_LIMITS.inHourOfClient],
    [asked, ASKING_LIMITS.inHour],
  ] as const) {
    const times = among.map(({ at }) => at).filter((at) => at > now - HOUR_SECONDS);
    if (times.length >= most)
      return { fault: "hour", retryAfterSeconds: Math.min(...times) + HOUR_SECONDS - now };
  }
  return null;
}

/** Until when a client waits because of what the person answered it. */
function declinedUntil(own: readonly Asked[], now: EpochSeconds): EpochSeconds {
  const isNo = ({ answer, until }: Asked) =>
    (answer === "denied" || answer === "reported") && until > now - HOUR_SECONDS;
  const noes = own.filter(isNo);
  const wait = ASKING_LIMITS.afterDeclined[Math.min(noes.length, 3) - 1] ?? 0;
  return Math.max(
    ...noes.map(({ until }) => until + wait),
    ...own
      .filter(({ answer }) => answer === "reported")
      .map(({ until }) => until + ASKING_LIMITS.afterReported),
    0,
  );
}

/** Until when an entry counts. */
const countsUntil = ({ at, until, answer }: Asked): EpochSeconds =>
  Math.max(at, until) + (answer === "reported" ? ASKING_LIMITS.afterReported : HOUR_SECONDS);

/** The row without what counts no more, with the next revision. */
function counted(
  subject: SubjectId,
  before: AskedPersonRecord | null,
  asked: readonly Asked[],
  now: EpochSeconds,
): Change {
  const kept = asked.filter((each) => countsUntil(each) > now);
  const next = {
    revision: (before?.revision ?? 0) + 1,
    asked: kept,
    expiresAt: Math.max(now, ...kept.map(countsUntil)),
  };
  return before === null
    ? insert(askedPeople, { subject, ...next })
    : update(askedPeople, { subject }, { revision: before.revision }, next);
}

export interface AskingFacts {
  readonly account: AccountRecord | null;
  readonly client: ClientRecord | null;
  readonly person: AskedPersonRecord | null;
}

/** `unknown`: there is no such person, or the client may not have the person's access. A client cannot tell one from the other. */
export type Asking = "asked" | "unknown" | Limited;

/** Stores the request. `id`: as text. `mail`: the changes that send the mail about it. */
export function askPerson(
  { account, client, person }: AskingFacts,
  request: BackchannelRequestRecord,
  id: string,
  mail: readonly Change[],
  now: EpochSeconds,
): Decision<Asking> {
  if (!mayAsk(client) || account === null || !mayBeGiven(client, account)) return concluded("unknown");
  const { subject } = account;
  const { clientId } = client;
  const limited = askingFault(person?.asked ?? [], clientId, now);
  if (limited !== null)
    return {
      outcome: limited,
      changes: [],
      events: [{ event: "backchannel.limited", subject, client: clientId, reason: limited.fault }],
    };
  const entry: Asked = { id, client: clientId, at: now, until: request.expiresAt, answer: null };
  return {
    outcome: "asked",
    changes: [
      hold(clients, { clientId }, asItWas(client)),
      // A removal of the person finds the request.
      hold(accounts, { subject }, { revision: account.revision }),
      counted(subject, person, [...(person?.asked ?? []), entry], now),
      insert(backchannelRequests, request),
      ...mail,
    ],
    events: [{ event: "backchannel.asked", subject, client: clientId }],
  };
}

/** The level of sign-in with which the person may approve. */
export const levelOfRequest = (
  policy: LevelPolicy,
  client: ClientRecord,
  {
    scope,
    authorizationDetails,
    demandedLevel,
  }: Pick<BackchannelRequestRecord, "scope" | "authorizationDetails" | "demandedLevel">,
  account: Pick<AccountRecord, "groups">,
): AuthenticationLevel =>
  highestLevel([
    levelOfAccess(policy, client, scope, authorizationDetails),
    levelOfPerson(policy, account),
    demandedLevel,
  ]);

export interface AnswerFacts extends AskingFacts {
  readonly request: BackchannelRequestRecord | null;
}

/** The reason of `backchannel.denied` if the person did not start it: such a client may be in the wrong hands. */
export const NOT_STARTED = "not_started";

/** The person's answer. `grant`: that of a yes. `id`: of the request, as text. */
export interface PersonsAnswer {
  readonly subject: SubjectId;
  readonly id: string;
  readonly answer: BackchannelAnswer;
  readonly grant: GrantRecord;
}

/**
 * Records the answer, and lets the client know if it wants to. False if the request was answered before or has expired, if another person
 * was asked, or if the person or the client may not. A no is always taken.
 */
export function answerRequest(
  { account, client, person, request }: AnswerFacts,
  { subject, id, answer, grant }: PersonsAnswer,
  policy: LevelPolicy,
  now: EpochSeconds,
): Decision<boolean> {
  if (!isOpen(request, now) || request.subject !== subject || account === null || account.subject !== subject)
    return concluded(false);
  const ping =
    request.sealedPing === null
      ? {}
      : {
          waits: true,
          nextAt: now,
          // Until the client can come for the tokens no more.
          giveUpAt: Math.max(request.expiresAt, now + COLLECTION_SECONDS),
        };
  const count =
    person === null
      ? []
      : [
          counted(
            subject,
            person,
            person.asked.map((each) => (each.id === id ? { ...each, until: now, answer } : each)),
            now,
          ),
        ];
  const { clientId } = request;
  if (answer !== "approved")
    return {
      outcome: true,
      changes: [
        update(
          backchannelRequests,
          { id: request.id },
          { status: "pending" },
          { status: "denied", reported: answer === "reported", ...ping },
        ),
        ...count,
      ],
      events: [
        {
          event: "backchannel.denied",
          subject,
          client: clientId,
          ...(answer === "reported" && { reason: NOT_STARTED }),
        },
      ],
    };
  if (!mayAsk(client) || !mayBeGiven(client, account)) return concluded(false);
  if (!reaches(grant.authenticationLevel, levelOfRequest(policy, client, request, account)))
    return concluded(false);
  return {
    outcome: true,
    changes: [
      ...approvalChanges(BACKCHANNEL_REQUESTS, { asked: request, client, account }, grant, now, ping),
      ...count,
    ],
    events: [{ event: "backchannel.approved", subject, client: clientId, grant: grant.id }],
  };
}

/**
 * The answer that the person gave before: a double click, the back button and a reload meet it again. Null if there is none, or if the
 * access that it allowed was taken back.
 */
export function earlierAnswer({
  request,
  grant,
}: {
  readonly request: BackchannelRequestRecord | null;
  readonly grant: GrantRecord | null;
}): BackchannelAnswer | null {
  if (request?.status === "denied") return request.reported ? "reported" : "denied";
  return grant !== null && grant.revokedAt === null ? "approved" : null;
}
