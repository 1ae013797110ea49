/** RFC 6749 §4.1: from the person's yes to a code, and from the code to tokens. */

import {
  assembleCredential,
  type MintedCredential,
  mintCredential,
  newRecordId,
  parseCredential,
} from "../credentials/credential.ts";
import { draftAccessToken, mintAccessToken, mintRefreshToken } from "../credentials/issue.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Confirmation } from "../protocol/bindings.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type {
  CodeChallenge,
  RecordId,
  RedirectUri,
  ResourceIndicator,
  Scope,
} from "../protocol/identifiers.ts";
import { recipientOf } from "../protocol/redirect-uri.ts";
import { codeSeconds } from "../protocol/security-profile.ts";
import { agentOf, productOf } from "../protocol/user-agent.ts";
import * as rules from "../rules/authorization-code.ts";
import { type Details, rememberedDetails } from "../rules/authorization-details.ts";
import { concluded } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import type { Single } from "../rules/once.ts";
import { type RequestedTarget, redeemedTarget } from "../rules/scope.ts";
import { isOnline, keptForSignOut } from "../rules/session.ts";
import { row } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { consents, type GrantRecord, grants, type IndividualClaims } from "../store/tables/grants.ts";
import { once } from "../store/tables/once.ts";
import { accounts } from "../store/tables/people.ts";
import { codes, pushedRequests } from "../store/tables/requests.ts";
import { sessions } from "../store/tables/sign-in.ts";
import { actOf, CALLER, type Caller } from "./caller.ts";
import { useFault } from "./client-access.ts";
import { keepDocumentClient } from "./client-documents.ts";
import type { Context } from "./context.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { type Issued, issuedWith } from "./issued.ts";
import { findPushedAnswer, type PushedRequest } from "./pushed-requests.ts";
import type { SignedIn } from "./sessions.ts";

/** An authorization request that the authorization endpoint has checked. */
export interface CodeRequest {
  readonly client: ClientRecord;
  readonly redirectUri: RedirectUri;
  readonly redirectUriRequested: boolean;
  readonly codeChallenge: CodeChallenge | null;
  /** OpenID Connect Core §3.1.2.1; null if the request has none. */
  readonly nonce: string | null;
  /** RFC 9449 §10: what the token request must prove; null if the request names no key. */
  readonly confirmation: Confirmation | null;
  readonly scope: readonly Scope[];
  /** The individual claims that the request names; null if it names none. */
  readonly claims: IndividualClaims | null;
  /** The scopes for which the person is asked (`scopeToAllow`). */
  readonly toAllow: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  readonly authorizationDetails: Details;
  /** The pushed request that it came in, which the answer uses up; null if it was not pushed. */
  readonly pushed: PushedRequest | null;
}

export interface ApproveOptions {
  /** The form that the person answered; null if an earlier consent made the question unnecessary. */
  readonly form: rules.Authorization["form"];
  /** Whether to remember the answer, so that the person is not asked the same again. */
  readonly remember: boolean;
}

const AUTHORIZATION = {
  account: row(accounts, { subject: "$subject" }),
  client: row(clients, { clientId: "$clientId" }),
  consent: row(consents, { subject: "$subject", clientId: "$clientId", recipient: "$recipient" }),
  session: row(sessions, { id: "$sessionId" }),
  form: row(once, { id: "$formId", kind: "$formKind" }),
};

const PUSHED = { pushed: row(pushedRequests, { id: "$pushedId" }) };
const PUSHED_AUTHORIZATION = { ...AUTHORIZATION, ...PUSHED };

export const authorize = (
  context: DecideContext,
  act: Act,
  authorization: rules.Authorization,
): Promise<rules.AuthorizationOutcome> => {
  const { grant, code, form, session = null, pushed = null } = authorization;
  const named = {
    subject: grant.subject,
    clientId: grant.clientId,
    recipient: recipientOf(code.redirectUri),
    sessionId: session,
    formId: form?.id ?? null,
    formKind: "form",
  } as const;
  return outcomeOf(context, act, async () => {
    const { store } = context;
    const facts =
      pushed === null
        ? await store.look(AUTHORIZATION, named)
        : await store.look(PUSHED_AUTHORIZATION, { ...named, pushedId: pushed });
    return rules.authorize(facts, authorization);
  });
};

const ANSWERED = {
  form: row(once, { id: "$formId", kind: "$formKind" }),
  code: row(codes, { id: "form.resultId" }),
};

/**
 * The code of a person's yes. It is derived from the form, so that a second click gets the same one. Only the person's
 * browser has the sealed form, so a thief of the database and the keys cannot derive it.
 */
const codeOf = (keys: ServerKeys, form: rules.AnsweredForm, id: RecordId): MintedCredential =>
  assembleCredential("authorization_code", id, keys.mac("code of a form", form.sealed, id));

/**
 * The code of a pushed request, so that a reload of its page gets the same one. Only the client and the person's browser have the
 * credential of its `request_uri`.
 */
const codeOfPushed = (keys: ServerKeys, { credential }: PushedRequest, id: RecordId): MintedCredential =>
  assembleCredential("authorization_code", id, keys.mac("code of a pushed request", credential, id));

/** How a form was answered before: `denied`, the text of the code, or null if the answer is used up. */
export async function findEarlierAnswer(
  { store, keys, clock }: Pick<Context, "store" | "keys" | "clock">,
  form: rules.AnsweredForm,
): Promise<"denied" | { readonly code: string } | null> {
  const found = await store.look(ANSWERED, { formId: form.id, formKind: "form" });
  const earlier = rules.earlierAnswer(found.form, found.code, clock.seconds());
  if (earlier === "denied") return "denied";
  if (earlier === "answered") return null;
  const { id, digest } = earlier.code;
  const derived = codeOf(keys, form, id);
  return Buffer.compare(derived.digest, digest) === 0 ? { code: derived.text } : null;
}

/** How the pushed request was answered before, as `findEarlierAnswer` says it. */
export async function findEarlierPushedAnswer(
  context: Pick<Context, "store" | "keys" | "clock">,
  pushed: PushedRequest,
  signedIn: SignedIn | null,
): Promise<"denied" | { readonly code: string } | null> {
  const earlier = await findPushedAnswer(context, pushed, signedIn);
  if (earlier === "denied") return "denied";
  if (earlier === "answered") return null;
  const { id, digest } = earlier.code;
  const derived = codeOfPushed(context.keys, pushed, id);
  return Buffer.compare(derived.digest, digest) === 0 ? { code: derived.text } : null;
}

const REFUSAL = { form: ANSWERED.form, ...PUSHED };

/** The person says no. False if the form, or the pushed request, was answered before. */
export const refuseConsent = (
  context: Pick<Context, "store" | "events" | "clock">,
  act: Act,
  { client, pushed }: Pick<CodeRequest, "client" | "pushed">,
  subject: string,
  form: rules.AnsweredForm,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const pushedId = pushed?.record.id ?? null;
    const found = await context.store.look(REFUSAL, { formId: form.id, formKind: "form", pushedId });
    const about = { subject, client: client.clientId };
    const isPushed = pushed !== null;
    return rules.refuseConsent({ ...found, isPushed }, form, about, context.clock.seconds());
  });

const USED = { used: row(once, { id: "$id", kind: "$kind" }) };

/** Uses up the proof that a person signed in again. False if it was used before, or has expired. */
export const useReauthentication = (
  context: Pick<Context, "store" | "events" | "clock">,
  act: Act,
  proof: Single,
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const { used } = await context.store.look(USED, { id: proof.id, kind: "reauthentication" });
    return rules.useReauthentication(used, proof, context.clock.seconds());
  });

/** RFC 6749 §4.1.2: issues a code for what the person allowed. Null if the form, or the pushed request, was answered before. */
export async function issueAuthorizationCode(
  context: Context,
  act: Act,
  request: CodeRequest,
  { account, session }: SignedIn,
  { form, remember }: ApproveOptions,
): Promise<string | null> {
  const { clock, random, keys, configuration } = context;
  const now = clock.seconds();
  const {
    client,
    pushed,
    scope,
    resources,
    redirectUri,
    redirectUriRequested,
    codeChallenge,
    nonce,
    confirmation,
  } = request;
  const expiresAt = now + codeSeconds(client, configuration.lifetimes.authorization_code_seconds);
  // A person's grants have the same shard as the person's remembered consents.
  const shard = shardOf(account.subject);
  const { text, id, digest } =
    pushed !== null
      ? codeOfPushed(keys, pushed, newRecordId(clock, random, shard))
      : form === null
        ? mintCredential("authorization_code", clock, random, shard)
        : codeOf(keys, form, newRecordId(clock, random, shard));
  await keepDocumentClient(context, act, client);
  const consent = {
    subject: account.subject,
    clientId: client.clientId,
    recipient: recipientOf(redirectUri),
    scope: request.toAllow,
    resources,
    authorizationDetails: rememberedDetails(context.catalogue, request.authorizationDetails),
    createdAt: now,
  };
  const outcome = await authorize(context, act, {
    now,
    grant: newGrant(id, { account, session }, client.clientId, {
      scope,
      claims: request.claims,
      resources,
      authorizationDetails: request.authorizationDetails,
      via: "authorization_code",
      session: session.continuity,
      address: act.origin?.address ?? "",
      ...productOf(agentOf(act.origin?.request)),
      createdAt: now,
      expiresAt,
    }),
    code: {
      id,
      digest,
      redirectUri,
      redirectUriRequested,
      codeChallenge,
      nonce,
      confirmation,
      createdAt: now,
      expiresAt,
      usedAt: null,
      failedAttempts: 0,
    },
    // Without a form the code rests on a remembered consent, which may be gone by now.
    consent: remember ? consent : form === null ? "remembered" : null,
    form,
    session: session.id,
    pushed: pushed?.record.id ?? null,
  });
  // The person signed out at this very moment.
  if (outcome === "signed_out") throw new OAuthError("login_required", { clientId: client.clientId });
  if (outcome === "refused") throw new OAuthError("person_denied", { clientId: client.clientId });
  return outcome === "authorized" ? text : null;
}

type NewGrant = Pick<
  GrantRecord,
  | "scope"
  | "claims"
  | "resources"
  | "authorizationDetails"
  | "via"
  | "session"
  | "address"
  | "program"
  | "system"
  | "createdAt"
  | "expiresAt"
>;

/** Of a person who is signed in, what a grant records. */
interface Proven {
  readonly account: Pick<SignedIn["account"], "subject" | "username">;
  readonly session: Pick<
    SignedIn["session"],
    "authenticatedAt" | "authenticationMethods" | "authenticationLevel"
  >;
}

/** A grant of a person who is signed in. It records how the person proved who they are. */
export const newGrant = (
  id: RecordId,
  { account, session }: Proven,
  clientId: ClientRecord["clientId"],
  grant: NewGrant,
): GrantRecord => ({
  id,
  subject: account.subject,
  username: account.username,
  clientId,
  authenticatedAt: session.authenticatedAt,
  authenticationMethods: session.authenticationMethods,
  authenticationLevel: session.authenticationLevel,
  ...grant,
  online: isOnline(grant),
  activatedAt: null,
  revokedAt: null,
  revokedReason: null,
});

/** The id of a form that one person may answer once. It has the shard of the person's grants. */
export const newFormId = ({ clock, random }: Pick<Context, "clock" | "random">, subject: string): RecordId =>
  newRecordId(clock, random, shardOf(subject));

/** A token request with a code (RFC 6749 §4.1.3). */
export interface CodeRedemption extends Omit<rules.CodeRequest, "shown"> {
  readonly code: string;
  readonly target: RequestedTarget;
}

const CODE = {
  code: row(codes, { id: "$id" }),
  grant: row(grants, { id: "code.id" }),
  caller: CALLER,
};

/** Redeems a code. A replay ends all that the first use issued, even if the other parameters of the replay are bad. */
export function redeemCode(
  context: Context,
  act: Act,
  caller: Caller,
  { code: text, target, ...request }: CodeRedemption,
): Promise<Issued | OAuthError> {
  const { store, clock, configuration, catalogue } = context;
  const { client } = caller;
  const failureLimit = configuration.limits.code_redemption_failures;
  const presented = parseCredential("authorization_code", text);
  const refused = (reason: Reason) => new OAuthError(reason, { clientId: client.clientId });
  return outcomeOf<Issued | OAuthError>(context, actOf(act, caller), async () => {
    const facts = await store.look(CODE, { id: presented?.id ?? null, callerId: caller.callerId });
    caller.confirm(facts.caller);
    const now = clock.seconds();
    const { shown } = caller.possession;
    const fault = rules.codeFault(presented, facts, client.clientId, { ...request, shown }, now);
    const { code, grant } = facts;
    if (fault !== null || code === null || grant === null) {
      const { outcome, ...decision } = rules.refuseCode(facts, fault ?? "code_unknown", failureLimit);
      return { ...decision, outcome: refused(outcome.refused) };
    }
    const useless = code.usedAt === null ? await useFault(context, client, grant) : null;
    if (useless !== null) return concluded(refused(useless));
    const allowed = code.usedAt === null ? redeemedTarget(catalogue, grant, client, target) : grant;
    // A replay needs none: it gets no tokens.
    const confirmation = code.usedAt === null ? await caller.possession.use() : null;
    const mint = code.usedAt === null ? mintAccessToken : draftAccessToken;
    const accessToken = mint(context, {
      client,
      grant,
      scope: allowed.scope,
      resources: allowed.resources,
      confirmation,
      authorizationDetails: allowed.authorizationDetails,
    });
    const refreshToken = mintRefreshToken(context, client, grant.id, confirmation);
    const decision = rules.redeemCode(facts, client, failureLimit, {
      now,
      accessToken: accessToken.record,
      refreshToken: refreshToken?.record ?? null,
      keptUntil: keptForSignOut(client, grant, now + configuration.lifetimes.session_absolute_seconds),
    });
    if (decision.outcome === "refused") return concluded(refused("code_revoked"));
    return {
      ...decision,
      outcome:
        decision.outcome === "issued"
          ? issuedWith(accessToken, refreshToken, allowed, grant, code.nonce)
          : refused("code_replayed"),
    };
  });
}
