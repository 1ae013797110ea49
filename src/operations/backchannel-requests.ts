/** CIBA: a client asks for a person's access, the person answers on the page of the account, the client gets tokens. */
import {
  type MintedCredential,
  mintCredential,
  newRecordId,
  recordIdText,
} from "../credentials/credential.ts";
import type { IdTokenHint } from "../credentials/id-token-hint.ts";
import type { AuthenticationLevel } from "../protocol/authentication-level.ts";
import { OAuthError } from "../protocol/errors.ts";
import { foldUsername, hasSubjectForm, type RecordId, type SubjectId } from "../protocol/identifiers.ts";
import { productOf } from "../protocol/user-agent.ts";
import * as rules from "../rules/backchannel-request.ts";
import type { Act } from "../rules/events.ts";
import { newWaiting } from "../rules/outbox.ts";
import type { DetailedTarget, RequestedTarget } from "../rules/scope.ts";
import { subjectFor } from "../rules/subject.ts";
import { row } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import {
  askedPeople,
  type BackchannelAnswer,
  type BackchannelRequestRecord,
  backchannelRequests,
} from "../store/tables/requests.ts";
import { type Counted, countAttempt, settle } from "./attempts.ts";
import { newGrant } from "./authorization.ts";
import { askingMail } from "./backchannel-mail.ts";
import { actOf, CALLER, type Caller } from "./caller.ts";
import { findServedClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import type { Issued } from "./issued.ts";
import { findAccount, findAccountBySignInName } from "./people.ts";
import { sealPing } from "./pings.ts";
import { redeem } from "./polling.ts";
import type { SignedIn } from "./sessions.ts";

/** Whom the client means: by what a person types to sign in, by the `sub` that it knows, or by an ID token that it got. */
export type PersonHint = { readonly name: string } | { readonly idToken: IdTokenHint };

/** A request as the endpoint read it. */
export interface WantedAnswer extends DetailedTarget {
  readonly hint: PersonHint;
  readonly bindingMessage: string | null;
  readonly demandedLevel: AuthenticationLevel | null;
  /** How long the client wants to wait at most; null: as long as the server lets it. */
  readonly requestedSeconds: number | null;
  /** With which the client knows the ping; null in poll mode. */
  readonly notificationToken: string | null;
  readonly requesterAddress: string;
}

export interface StartedRequest {
  readonly authReqId: MintedCredential;
  readonly expiresInSeconds: number;
}

/** `requested_expiry` is kept within these (CIBA §7.1: the server "MAY use this value"). */
export const SHORTEST_REQUEST_SECONDS = 10;
export const LONGEST_REQUEST_SECONDS = 3600;

const ASKING = {
  account: row(accounts, { subject: "$subject" }),
  client: row(clients, { clientId: "$clientId" }),
  person: row(askedPeople, { subject: "$subject" }),
};

/**
 * CIBA §7.3. Throws `unknown_person`, one answer for all whom the client cannot ask, `person_asked_too_often` and `too_many_requests`. A
 * client that names people at random learns little: each hint counts before the look, so parallel ones all count, and one that names a
 * person whom the client may ask takes it back, as a fault of the store does. A client that asks many people at once is not refused for
 * it: what exceeds waits until those under way have turned out good or bad.
 */
export async function startRequest(
  context: Context,
  act: Act,
  caller: Caller,
  wanted: WantedAnswer,
): Promise<StartedRequest> {
  const { clientId } = caller.client;
  const counted: Counted = [[context.limits.unknownPersonPerClient, clientId]];
  const limited = await countAttempt(counted);
  if (limited !== null)
    throw new OAuthError("too_many_requests", { clientId, retryAfterSeconds: limited.wait });
  let started: Started;
  try {
    started = await tryToAsk(context, act, caller, wanted);
  } catch (error) {
    settle(counted, true);
    throw error;
  }
  settle(counted, started.outcome !== "unknown");
  if (started.outcome === "unknown") throw new OAuthError("unknown_person", { clientId });
  if (started.outcome !== "asked")
    throw new OAuthError("person_asked_too_often", {
      clientId,
      retryAfterSeconds: started.outcome.retryAfterSeconds,
    });
  context.mailSender?.wake();
  return started;
}

interface Started extends StartedRequest {
  readonly outcome: rules.Asking;
}

async function tryToAsk(
  context: Context,
  act: Act,
  caller: Caller,
  { hint, requestedSeconds, notificationToken, ...asked }: WantedAnswer,
): Promise<Started> {
  const { configuration, clock, random, keys, store } = context;
  const { clientId } = caller.client;
  const hinted = await findHinted(context, caller.client, hint);
  // As for a person whom the client may not ask, so that the time tells little.
  const subject = hinted?.subject ?? NOBODY;
  const authReqId = mintCredential("auth_req_id", clock, random, shardOf(subject));
  const { id, digest } = authReqId;
  const text = recordIdText(id);
  const seconds = requestedSeconds ?? configuration.lifetimes.backchannel_request_seconds;
  const expiresInSeconds = Math.min(Math.max(seconds, SHORTEST_REQUEST_SECONDS), LONGEST_REQUEST_SECONDS);
  const outcome = await outcomeOf(context, actOf(act, caller), async () => {
    const facts = await store.look(ASKING, { subject, clientId });
    caller.confirm(facts.client);
    const now = clock.seconds();
    const request: BackchannelRequestRecord = {
      ...newWaiting(now, now + expiresInSeconds),
      ...asked,
      id,
      digest,
      subject,
      clientId,
      // The ping waits from the answer on.
      waits: false,
      expiresAt: now + expiresInSeconds,
      status: "pending",
      grantId: null,
      usedAt: null,
      reported: false,
      sealedPing:
        notificationToken === null
          ? null
          : sealPing(keys, id, { authReqId: authReqId.text, token: notificationToken }),
    };
    const mail = facts.client === null ? [] : askingMail(context, request, facts.client);
    return rules.askPerson(facts, request, text, mail, now);
  });
  return { authReqId, expiresInSeconds, outcome };
}

/** No account has it. */
const NOBODY = "" as SubjectId;

/**
 * The person of the hint. An address that is not verified names no person: its account may be of a stranger who typed it, and would answer
 * in the place of its owner. A pairwise `sub` cannot be turned back into a person, so its ID token must tell the user name too.
 */
async function findHinted(
  context: Pick<Context, "store" | "keys">,
  client: ClientRecord,
  hint: PersonHint,
): Promise<AccountRecord | null> {
  if ("name" in hint) {
    const { name } = hint;
    // No person has such a user name (`usernameFault`), so it means one person.
    if (hasSubjectForm(name)) return client.subjectType === "public" ? findAccount(context, name) : null;
    const account = await findAccountBySignInName(context, name);
    return account !== null && (account.emailVerified || isUserName(account, name)) ? account : null;
  }
  const { subject, username } = hint.idToken;
  const account =
    client.subjectType === "public"
      ? await findAccount(context, subject)
      : username === null
        ? null
        : await findAccountBySignInName(context, username);
  return account !== null && subjectFor(context, client, account.subject) === subject ? account : null;
}

const isUserName = ({ username }: Pick<AccountRecord, "username">, name: string): boolean =>
  foldUsername(username) === foldUsername(name);

// ── The person ─────────────────────────────────────────────────────────────────────────────────────────────

/** A request that waits for an answer, with the client that asks. */
export interface OpenRequest {
  readonly request: BackchannelRequestRecord;
  readonly client: ClientRecord;
}

/** More than `ASKING_LIMITS` lets a person have within the time for which the rows are kept. */
const MOST_LISTED = 100;

/** What this person was asked, answered or not, until the clean-up removes it; the newest first. */
export const listRequests = (
  { store }: Pick<Context, "store">,
  subject: SubjectId,
): Promise<BackchannelRequestRecord[]> =>
  store.list(backchannelRequests, {
    where: { subject },
    order: ["id"],
    descending: true,
    limit: MOST_LISTED,
  });

/**
 * The requests that wait for this person's answer, the oldest first, each with its client. Those of clients that may not ask any more
 * are left out.
 */
export async function listOpenRequests(
  context: Context,
  subject: SubjectId,
): Promise<readonly OpenRequest[]> {
  const { clock } = context;
  const newest = await listRequests(context, subject);
  const now = clock.seconds();
  const open: OpenRequest[] = [];
  for (const request of newest.filter((each) => rules.isOpen(each, now)).reverse()) {
    const client = await findServedClient(context, request.clientId);
    if (rules.mayAsk(client)) open.push({ request, client });
  }
  return open;
}

export interface FoundRequest {
  readonly request: BackchannelRequestRecord | null;
  readonly grant: GrantRecord | null;
  /** Null if it is gone, or serves nobody now. */
  readonly client: ClientRecord | null;
}

const REQUEST = {
  request: row(backchannelRequests, { id: "$id" }),
  grant: row(grants, { id: "request.grantId" }),
};

/**
 * A request that this person was asked, answered or not, until the clean-up removes it. One of another person is as unknown as one that
 * does not exist.
 */
export async function findRequestOf(
  context: Context,
  id: RecordId,
  subject: SubjectId,
): Promise<FoundRequest> {
  const { request, grant } = await context.store.look(REQUEST, { id });
  if (request === null || request.subject !== subject) return { request: null, grant: null, client: null };
  return { request, grant, client: await findServedClient(context, request.clientId) };
}

const ANSWERING = {
  request: row(backchannelRequests, { id: "$id" }),
  account: row(accounts, { subject: "$subject" }),
  client: row(clients, { clientId: "request.clientId" }),
  person: row(askedPeople, { subject: "$subject" }),
};

/**
 * Records the person's answer in one commit: with the grant of a yes, and the ping that the client waits for. False if the request was
 * answered before or has expired, if another person was asked, or if the person may not say yes.
 */
export async function answerRequest(
  context: Context,
  act: Act,
  { id, clientId, scope, resources, authorizationDetails, requesterAddress }: BackchannelRequestRecord,
  signedIn: SignedIn,
  answer: BackchannelAnswer,
): Promise<boolean> {
  const { store, clock, random, levelPolicy, pingSender } = context;
  const { subject } = signedIn.account;
  const createdAt = clock.seconds();
  const grant = newGrant(newRecordId(clock, random, shardOf(id)), signedIn, clientId, {
    scope,
    claims: null,
    resources,
    authorizationDetails,
    via: "ciba",
    session: null,
    address: requesterAddress,
    ...productOf(""),
    createdAt,
    // Until tokens are issued from it; the rule makes it longer if the request lives longer.
    expiresAt: createdAt,
  });
  const given = { subject, id: recordIdText(id), answer, grant };
  const isTaken = await outcomeOf(context, act, async () =>
    rules.answerRequest(await store.look(ANSWERING, { id, subject }), given, levelPolicy, createdAt),
  );
  if (isTaken) pingSender.wake();
  return isTaken;
}

// ── The client ─────────────────────────────────────────────────────────────────────────────────────────────

/** CIBA §10.1: a client asks for the result. */
export interface RequestRedemption {
  readonly authReqId: string;
  readonly target: RequestedTarget;
}

/** Every such request gets an ID token. */
const REDEMPTION = { ...REQUEST, account: row(accounts, { subject: "grant.subject" }), caller: CALLER };

export const redeemRequest = (
  context: Context,
  act: Act,
  caller: Caller,
  { authReqId, target }: RequestRedemption,
): Promise<Issued | OAuthError> =>
  redeem(
    context,
    act,
    caller,
    {
      kind: rules.BACKCHANNEL_REQUESTS,
      credential: "auth_req_id",
      async find(id, callerId) {
        const { request, ...facts } = await context.store.look(REDEMPTION, { id, callerId });
        return { ...facts, asked: request };
      },
    },
    { presented: authReqId, target },
  );
