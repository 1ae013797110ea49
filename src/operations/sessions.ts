/**
 * Sessions: who is signed in, in which browser. The cookie carries a credential; the store has its digest.
 * Every sign-in makes a new session, so a cookie that was planted before is worthless afterwards (RFC 9700 §4, fixation).
 */

import {
  assembleCredential,
  type MintedCredential,
  mintCredential,
  newRecordId,
  parseCredential,
  secretMatches,
} from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { RecordId, SubjectId } from "../protocol/identifiers.ts";
import { agentOf, type Product, productOf } from "../protocol/user-agent.ts";
import { concluded } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import { noteOnce, type Single } from "../rules/once.ts";
import * as rules from "../rules/person.ts";
import { authenticationBy, type SignInStep } from "../rules/sign-in.ts";
import { row, type Store, StoreUnavailable, update } from "../store/contract.ts";
import { once } from "../store/tables/once.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { type SessionRecord, sessions, totps } from "../store/tables/sign-in.ts";
import type { Context } from "./context.ts";
import { type DecideContext, decide, outcomeOf } from "./decide.ts";
import { type EndingContext, newEnding } from "./ending.ts";
import { allPages, collect, type Page } from "./paging.ts";
import { findAccount } from "./people.ts";
import type { StepProof } from "./second-factor.ts";

export interface SignedIn {
  readonly session: SessionRecord;
  readonly account: AccountRecord;
}

export interface StartedSession {
  /** The `Set-Cookie` header of the session. */
  readonly cookie: string;
  /** All `Set-Cookie` headers: that one, and the one by which the browser is known to the account from now on. */
  readonly cookies: readonly string[];
  /** The value of the cookie, for what is sealed for the browser from now on. */
  readonly cookieValue: string;
  readonly session: SessionRecord;
}

const SESSION = {
  session: row(sessions, { id: "$id" }),
  account: row(accounts, { subject: "session.subject" }),
};

/** A session that is valid at this time and was seen after `idleSince`, with its person. */
export async function findSession(
  { store }: { readonly store: Store },
  id: RecordId,
  now: EpochSeconds,
  idleSince: EpochSeconds,
): Promise<SignedIn | null> {
  const { session, account } = await store.look(SESSION, { id });
  if (session === null || account === null) return null;
  return rules.isSessionAlive(session, account, now, idleSince) ? { session, account } : null;
}

/** How often, at most, a session's `lastSeenAt` is written. */
const TOUCH_SECONDS = 60;

/** The person who is signed in with the browser of the request. Writes only the time, at most once a minute. */
export async function findSignedIn(context: Context, request: Request): Promise<SignedIn | null> {
  const value = context.sessionCookie.read(request);
  const now = context.clock.seconds();
  const found = value === null ? null : await signedInWith(context, value, now);
  if (found !== null) await noteUse(context, found.session, now);
  return found;
}

/**
 * Notes the use if the store can. A store that cannot, on a full disk for example, keeps no person out: at worst the session
 * ends earlier (THREATS 62).
 */
async function noteUse(context: Context, session: SessionRecord, now: EpochSeconds): Promise<void> {
  try {
    await touchSession(context, session, now);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    context.log.debug("the use of a session could not be noted", { cause: error.message });
  }
}

/** The person whom a value of the cookie signs in at this time. */
async function signedInWith(context: Context, value: string, now: EpochSeconds): Promise<SignedIn | null> {
  const presented = parseCredential("session", value);
  if (presented === null) return null;
  const idleSince = now - context.configuration.lifetimes.session_idle_seconds;
  const found = await findSession(context, presented.id, now, idleSince);
  if (found === null || !secretMatches(presented.secret, found.session.digest)) return null;
  return found;
}

/**
 * The request with one cookie of the session's name. If there are several, the first that signs a person in counts, for
 * the session and for forms alike: if a form could be bound to another, a planted cookie would make forms that count for
 * the person who is signed in.
 */
export async function withOneSession(context: Context, request: Request): Promise<Request> {
  const { sessionCookie, clock } = context;
  const values = sessionCookie.candidates(request);
  if (values.length < 2) return request;
  for (const value of values) {
    if ((await signedInWith(context, value, clock.seconds())) !== null)
      return sessionCookie.withOnly(request, value);
  }
  return request;
}

/** Notes the time. Requests of one browser may finish out of order, but the time never goes back. */
export async function touchSession(
  { store }: { readonly store: Store },
  { id, lastSeenAt }: SessionRecord,
  now: EpochSeconds,
): Promise<void> {
  if (now - lastSeenAt < TOUCH_SECONDS) return;
  await store.commit({ changes: [update(sessions, { id }, { lastSeenAt }, { lastSeenAt: now })] });
}

/** How many sessions one commit ends at most. A lower `sessions_per_person` needs several sign-ins to take effect. */
const SURPLUS_ENDED = 50;

/** The person's sessions beyond the newest `kept`: strangers with one password could fill the database otherwise. */
const findSurplus = ({ store }: { readonly store: Store }, subject: SubjectId, kept: number) =>
  store.list(sessions, {
    where: { subject },
    order: ["createdAt", "id"],
    descending: true,
    skip: kept,
    limit: SURPLUS_ENDED,
  });

const BY_ID = { session: row(sessions, { id: "$id" }) };

const SIGN_IN = {
  account: row(accounts, { subject: "$subject" }),
  totp: row(totps, { subject: "$subject" }),
  answered: row(once, { id: "$formId", kind: "$formKind" }),
};

const ANSWERED = { answered: row(once, { id: "$id", kind: "$kind" }) };

/** The form of the last step of a sign-in, as its browser sent it. */
export interface SignInForm extends Single {
  /** The sealed field, which only the person's browser has. */
  readonly sealed: string;
  /** The cookie of the browser. */
  readonly cookieValue: string;
  /** What the person answered: the code, or the answer of the passkey. */
  readonly answer: string;
}

/**
 * The session that a form starts. It is derived from the form, so that a second click gets the same one, and from the same answer only.
 * A thief of the database and the keys has neither the cookie nor the form, and cannot derive it.
 */
const sessionOf = (
  keys: ServerKeys,
  { sealed, cookieValue, answer }: SignInForm,
  id: RecordId,
): MintedCredential =>
  assembleCredential("session", id, keys.mac("session of a form", cookieValue, sealed, answer, id));

/** What stands for a form that led to the page for the next step, and started no session. */
const markOf = (keys: ServerKeys, { sealed, cookieValue, answer, id }: SignInForm): RecordId =>
  new Uint8Array(
    keys.mac("step of a form", cookieValue, sealed, answer, id).subarray(0, 16),
  ) as Uint8Array as RecordId;

/** Whether the same form, with the same answer, led to the page for the next step. */
export async function wasSpent(
  { store, keys, clock }: Pick<Context, "store" | "keys" | "clock">,
  form: SignInForm,
): Promise<boolean> {
  const { answered } = await store.look(ANSWERED, { id: form.id, kind: "sign_in" });
  if (answered === null || answered.resultId === null || answered.expiresAt <= clock.seconds()) return false;
  return Buffer.compare(answered.resultId, markOf(keys, form)) === 0;
}

/** How long a form may lead to the page for the next step again: a double click does not take longer. */
const TWICE_SECONDS = 60;

/** The session that the same form, with the same answer, has just started; null if there is none. */
export async function findEarlierSession(context: Context, form: SignInForm): Promise<StartedSession | null> {
  const { store, clock, keys, configuration } = context;
  const { answered } = await store.look(ANSWERED, { id: form.id, kind: "sign_in" });
  // The session has another shard than the form, so it is another look.
  const { session, account } = await store.look(SESSION, { id: answered?.resultId ?? null });
  const now = clock.seconds();
  const idleSince = now - configuration.lifetimes.session_idle_seconds;
  const earlier = rules.earlierSession({ session, account }, now, idleSince);
  if (earlier === null || account === null) return null;
  const { text, digest } = sessionOf(keys, form, earlier.id);
  if (Buffer.compare(digest, earlier.digest) !== 0) return null;
  return startedSession(context, account, earlier, text);
}

/** A session to start: the steps that it rests on, and the session whose place it takes. */
export interface NewSession {
  readonly session: SessionRecord;
  readonly signIn: SignIn;
  readonly replaces: RecordId | null;
  /** How many sessions the person may have with this one; the oldest of the others end. Default: any number. */
  readonly kept?: number;
}

/** Uses the proofs of a sign-in up. False if one was used, or if the account has changed since it was checked. */
export const spendProofs = (
  context: DecideContext & Pick<Context, "keys" | "clock">,
  act: Act,
  { account, proofs = [], form }: SignIn,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const uses = await Promise.all(proofs.map(({ use }) => use()));
    if (!uses.every((changes) => changes !== null)) return concluded(false);
    const events = proofs.flatMap((proof) => proof.events ?? []);
    const found = await findAccount(context, account.subject);
    const expiresAt = context.clock.seconds() + TWICE_SECONDS;
    const counted =
      form === undefined ? [] : [noteOnce("sign_in", { id: form.id, expiresAt }, markOf(context.keys, form))];
    return rules.spendProofs(found, {
      revision: account.revision,
      uses: [...uses.flat(), ...counted],
      events,
    });
  });

/**
 * False if a step is missing or its proof was used, if the account has changed since the steps were checked, or if a session on
 * which they rest has ended.
 */
export const createSession = (
  context: EndingContext,
  act: Act,
  { session, signIn, replaces, kept = Number.POSITIVE_INFINITY }: NewSession,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { steps, account: signedIn, proofs = [], newBrowser } = signIn;
    const uses = await Promise.all(proofs.map(({ use }) => use()));
    if (!uses.every((changes) => changes !== null)) return concluded(false);
    const { session: earlier } = await context.store.look(BY_ID, { id: replaces });
    const facts = await context.store.look(SIGN_IN, {
      subject: session.subject,
      formId: signIn.form?.id ?? null,
      formKind: "sign_in",
    });
    const surplus = Number.isFinite(kept) ? await findSurplus(context, session.subject, kept - 1) : [];
    const taken = {
      steps,
      revision: signedIn.revision,
      uses: uses.flat(),
      continues: signIn.continues ?? null,
      newBrowser,
      events: proofs.flatMap(({ events = [] }) => events),
      form: signIn.form,
    };
    return rules.startSession(facts, session, taken, {
      earlier,
      ending: newEnding(context, earlier?.subject ?? session.subject),
      surplus: surplus.map((other) => ({ session: other, ending: newEnding(context, other.subject) })),
    });
  });

/** A person as the store had them when they took the steps of a sign-in. */
export interface SignIn {
  readonly account: AccountRecord;
  readonly steps: readonly SignInStep[];
  /** What the session's commit uses up. Default: nothing, as with a password. */
  readonly proofs?: readonly Pick<StepProof, "use" | "events">[];
  /** When the oldest of the steps was taken. A later step makes it no younger. Default: now. */
  readonly since?: EpochSeconds | undefined;
  /** The session on whose steps these rest. Once it has ended, they are worth nothing. Default: none. */
  readonly continues?: RecordId | undefined;
  /** The browser, if it is new to the account (`newBrowserOf`): the person then gets a mail. Default: null. */
  readonly newBrowser?: Product | null;
  /** The form of the last step, for a sign-in whose proofs count once. Default: none. */
  readonly form?: SignInForm | undefined;
}

/**
 * The browser of a request, as far as it is known which it is, if no person has signed in to the account in it with the present password. Null for a
 * browser that is known, and where the server is to know none: every sign-in would be news.
 */
export function newBrowserOf(
  { knownBrowsers, configuration }: Pick<Context, "knownBrowsers" | "configuration">,
  request: Request,
  account: AccountRecord,
): Product | null {
  if (configuration.lifetimes.known_browser_seconds === 0) return null;
  const presented = knownBrowsers.read(request);
  if (presented !== null && knownBrowsers.isKnownTo(presented, account)) return null;
  return productOf(agentOf(request));
}

/**
 * Signs a person in, and ends the browser's earlier session. Null as `createSession` gives false.
 */
export async function startSession(
  context: Context,
  act: Act,
  signIn: SignIn,
  replaces: RecordId | null,
): Promise<StartedSession | null> {
  const { clock, random, keys, configuration } = context;
  const { account, steps, since, form } = signIn;
  const minted =
    form === undefined
      ? mintCredential("session", clock, random)
      : sessionOf(keys, form, newRecordId(clock, random));
  const now = clock.seconds();
  const authentication = authenticationBy(steps);
  if (authentication === null) return null;
  const lifetime = configuration.lifetimes.session_absolute_seconds;
  const session: SessionRecord = {
    id: minted.id,
    digest: minted.digest,
    subject: account.subject,
    continuity: minted.id,
    address: act.origin?.address ?? "",
    ...productOf(agentOf(act.origin?.request)),
    authenticatedAt: since ?? now,
    ...authentication,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: (since ?? now) + lifetime,
  };
  const by: Act = { ...act, actor: { kind: "person", id: account.subject } };
  const kept = configuration.limits.sessions_per_person;
  const started = await createSession(context, by, { session, signIn, replaces, kept });
  return started ? startedSession(context, account, session, minted.text) : null;
}

function startedSession(
  { sessionCookie, knownBrowsers, clock }: Context,
  account: AccountRecord,
  session: SessionRecord,
  cookieValue: string,
): StartedSession {
  const cookie = sessionCookie.write(cookieValue, session.expiresAt - clock.seconds());
  const known = knownBrowsers.write(account);
  return { cookie, cookies: known === null ? [cookie] : [cookie, known], cookieValue, session };
}

/**
 * Signs in a person whose account has just changed. The change is stored, so a failure of the store must not hide it:
 * the answer is null then, as where `startSession` gives null, and the person signs in by themselves.
 */
export async function startAfterChange(
  context: Context,
  act: Act,
  signIn: SignIn,
  replaces: RecordId | null,
): Promise<StartedSession | null> {
  try {
    return await startSession(context, act, signIn, replaces);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    context.log.error("no session could be made after an account was changed", {
      cause: error.message,
      request: act.origin?.requestId,
    });
    return null;
  }
}

/** The sessions of a person that are valid now, oldest first. `idleSince`: those seen since then. */
export async function* everySession(
  { store }: { readonly store: Store },
  account: AccountRecord,
  now: EpochSeconds,
  idleSince: EpochSeconds,
): AsyncGenerator<SessionRecord> {
  const { subject } = account;
  const list = ({ limit, after = null }: Page<SessionRecord>) =>
    store.list(sessions, { where: { subject }, after, limit });
  for await (const session of allPages(list)) {
    if (rules.isSessionAlive(session, account, now, idleSince)) yield session;
  }
}

/** Signs a person out of every browser. Returns how many sessions ended; null if there is no such person. */
export async function endSessions(
  context: EndingContext,
  act: Act,
  subject: SubjectId,
): Promise<number | null> {
  const { outcome, swept } = await decide(context, act, async () =>
    rules.endSessions(await findAccount(context, subject), newEnding(context, subject)),
  );
  return outcome ? (swept[0]?.length ?? 0) : null;
}

/**
 * Ends the sessions that a person picks among those in other browsers, and what was begun there (`rules.endOtherSessions`). Waits a
 * moment while their applications hear of it.
 */
export async function endOtherSessions(
  context: Context,
  act: Act,
  { account, session: here }: SignedIn,
  isPicked: (other: SessionRecord) => boolean = () => true,
): Promise<void> {
  const { subject } = account;
  const idleSince = context.clock.seconds() - context.configuration.lifetimes.session_idle_seconds;
  const noticeIds = await outcomeOf(context, act, async () => {
    const all = await collect(everySession(context, account, context.clock.seconds(), idleSince));
    const others = all
      .filter((other) => Buffer.compare(other.id, here.id) !== 0 && isPicked(other))
      .map((session) => ({ session, ending: newEnding(context, subject) }));
    const decision = rules.endOtherSessions(await findAccount(context, subject), others);
    return { ...decision, outcome: others.map(({ ending }) => ending.noticeId) };
  });
  await Promise.all(noticeIds.map((id) => context.logoutSender.deliver(id, PATIENCE_MILLIS)));
}

/** Signs the browser out, and waits a moment while the applications of the session hear of it. False if it was gone before. */
export async function signOut(context: Context, act: Act, id: RecordId): Promise<boolean> {
  const noticeId = await endWithNotice(context, act, id);
  if (noticeId !== null) await context.logoutSender.deliver(noticeId, PATIENCE_MILLIS);
  return noticeId !== null;
}

/** RP-Initiated Logout §3 wants applications to hear before the person goes on. One that is slow must not keep the person here. */
const PATIENCE_MILLIS = 1000;

/** Ends a session. False if it was gone before. */
export const endSession = async (context: EndingContext, act: Act, id: RecordId): Promise<boolean> =>
  (await endWithNotice(context, act, id)) !== null;

/** The identifier of the notice for the applications; null if the session was gone before. */
const endWithNotice = (context: EndingContext, act: Act, id: RecordId): Promise<RecordId | null> =>
  outcomeOf(context, act, async () => {
    const { session } = await context.store.look(BY_ID, { id });
    const ending = newEnding(context, session?.subject ?? "");
    const { outcome, ...decision } = rules.endSession(session, ending);
    return { ...decision, outcome: outcome ? ending.noticeId : null };
  });
