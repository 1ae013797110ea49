/** RFC 6749 §4.1 with RFC 7636: authorization codes, from the person's yes to the tokens. */

import { type PresentedCredential, secretMatches } from "../credentials/credential.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import type { Confirmation } from "../protocol/bindings.ts";
import type { Reason } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { isCodeVerifier, verifierMatchesChallenge } from "../protocol/pkce.ts";
import { matchRedirectUri } from "../protocol/redirect-uri.ts";
import { isSubset } from "../protocol/scope.ts";
import { hold, insert, put, update } from "../store/contract.ts";
import type { Row } from "../store/declare.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type ConsentRecord, consents, type GrantRecord, grants } from "../store/tables/grants.ts";
import type { once } from "../store/tables/once.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { type AuthorizationCodeRecord, codes, type PushedRequestRecord } from "../store/tables/requests.ts";
import { type SessionRecord, sessions } from "../store/tables/sign-in.ts";
import { coversDetails } from "./authorization-details.ts";
import { fitsCode } from "./binding.ts";
import { scopeToAllow } from "./claims.ts";
import { allowClient, isEnabled } from "./client.ts";
import { mayUse } from "./client-access.ts";
import { concluded, type Decision } from "./decision.ts";
import { type Issuance, issueTokens, revokeReplayed, type ServedClient } from "./grant.ts";
import { countOnce, type Single } from "./once.ts";
import { useRequest } from "./pushed-request.ts";
import { signsIn } from "./session.ts";

/** A new code, for a grant that does not exist yet. */
export interface Authorization {
  readonly now: EpochSeconds;
  readonly grant: GrantRecord;
  readonly code: AuthorizationCodeRecord;
  /**
   * The consent to remember, if the person gave one now; it replaces an older one for the same recipient.
   * `remembered`: the person was not asked, because of an earlier consent, which must still exist and cover the grant, or
   * because the client is a part of the operator's own service.
   */
  readonly consent: ConsentRecord | "remembered" | null;
  /** The form that the person answered. It counts once. */
  readonly form: AnsweredForm | null;
  /** The row of the session in which the person allows it. */
  readonly session?: RecordId | null;
  /** The row of the pushed request that the code answers, and that it uses up. */
  readonly pushed?: RecordId | null;
}

/**
 * `form_answered`: the form was answered before. `request_answered`: the pushed request was, or it has expired. `signed_out`: the session
 * has ended, so the client would never hear of its end.
 */
export type AuthorizationOutcome =
  | "authorized"
  | "form_answered"
  | "request_answered"
  | "refused"
  | "signed_out";

export interface AnsweredForm extends Single {
  /** The sealed form itself, which only the person's browser has. */
  readonly sealed: string;
}

export interface AuthorizationFacts {
  readonly client: ClientRecord | null;
  readonly account: AccountRecord | null;
  readonly consent: ConsentRecord | null;
  readonly session: SessionRecord | null;
  /** The row that says that the form was answered. */
  readonly form: Row<typeof once> | null;
  readonly pushed?: PushedRequestRecord | null;
}

interface RefusalFacts {
  readonly form: AuthorizationFacts["form"];
  readonly pushed: PushedRequestRecord | null;
  /** Whether the request was pushed. */
  readonly isPushed: boolean;
}

/**
 * The person says no. The answer uses up the form and the pushed request, so that no later one turns it into a yes. False if one of them
 * was answered before.
 */
export function refuseConsent(
  found: RefusalFacts,
  form: AnsweredForm,
  about: { readonly subject: string; readonly client: string },
  now: EpochSeconds,
): Decision<boolean> {
  const use = found.isPushed ? useRequest(found.pushed, null, now) : undefined;
  if (form.expiresAt <= now || found.form !== null || use === null) return concluded(false);
  return {
    outcome: true,
    changes: [countOnce("form", form), ...(use === undefined ? [] : [use])],
    events: [{ event: "consent.refused", ...about }],
  };
}

/** The answer that a form got before. `answered`: its code was used or has expired, so no second browser may get it. */
export type EarlierAnswer = "denied" | "answered" | { readonly code: AuthorizationCodeRecord };

/** The first answer to a form stands: a double click or the back button gets it again. */
export function earlierAnswer(
  found: AuthorizationFacts["form"],
  code: AuthorizationCodeRecord | null,
  now: EpochSeconds,
): EarlierAnswer {
  if (found !== null && found.resultId === null) return "denied";
  const isOpen = code !== null && code.usedAt === null && code.expiresAt > now;
  return isOpen ? { code } : "answered";
}

/** A proof that a person signed in again counts once. False if it was used before, or has expired. */
export const useReauthentication = (
  used: AuthorizationFacts["form"],
  proof: Single,
  now: EpochSeconds,
): Decision<boolean> =>
  proof.expiresAt <= now || used !== null
    ? concluded(false)
    : { outcome: true, changes: [countOnce("reauthentication", proof)] };

/** Whether a remembered consent covers the request. */
export const covers = (
  consent: ConsentRecord | null,
  {
    scope,
    resources,
    authorizationDetails,
  }: Pick<GrantRecord, "scope" | "resources" | "authorizationDetails">,
): consent is ConsentRecord =>
  consent !== null &&
  isSubset(scope, consent.scope) &&
  isSubset(resources, consent.resources) &&
  coversDetails(consent.authorizationDetails, authorizationDetails);

/** RFC 6749 §4.1.2: stores grant, code and consent, and uses up the form and the pushed request. */
export function authorize(
  facts: AuthorizationFacts,
  { now, grant, code, consent, form, pushed = null }: Authorization,
): Decision<AuthorizationOutcome> {
  const { client, account, session } = facts;
  if (!isEnabled(client) || account === null || account.disabledAt !== null) return concluded("refused");
  if (!mayUse(client, account)) return concluded("refused");
  // The client may have changed since the request was checked, and in another sector the code would say who is who.
  if (matchRedirectUri(code.redirectUri, client.redirectUris) === null) return concluded("refused");
  const { resources, authorizationDetails } = grant;
  const asked = { scope: scopeToAllow(grant), resources, authorizationDetails };
  const remembered = consent === "remembered" && covers(facts.consent, asked) ? facts.consent : null;
  // The consent may be gone since the caller found it, and the operator's word for the client too.
  if (consent === "remembered" && remembered === null && !client.firstParty) return concluded("refused");
  // The store forgets the answer to a form that has expired.
  if (form !== null && (form.expiresAt <= now || facts.form !== null)) return concluded("form_answered");
  const use = pushed === null ? undefined : useRequest(facts.pushed ?? null, code.id, now);
  if (use === null) return concluded("request_answered");
  if (signsIn(grant) && session === null) return concluded("signed_out");
  const about = { subject: grant.subject, client: grant.clientId, grant: grant.id };
  return {
    outcome: "authorized",
    changes: [
      hold(accounts, { subject: account.subject }, { revision: account.revision }),
      allowClient(client, now),
      ...(signsIn(grant) && session !== null ? [holdSession(session)] : []),
      ...(remembered === null ? [] : [holdConsent(remembered)]),
      ...(form === null ? [] : [countOnce("form", form, code.id)]),
      ...(use === undefined ? [] : [use]),
      // A grant outlives everything issued from it, so that the clean-up can go by the grant's own expiry.
      insert(grants, { ...grant, expiresAt: Math.max(grant.expiresAt, code.expiresAt) }),
      insert(codes, code),
      ...(consent === null || consent === "remembered" ? [] : [put(consents, consent)]),
    ],
    events: [
      ...(form === null ? [] : [{ event: "consent.given", ...about } as const]),
      { event: "code.issued", ...about },
    ],
  };
}

/** The end of a session changes its row (`endOneSession`), so it finds every grant of the session. */
const holdSession = ({ id, continuity }: SessionRecord) => hold(sessions, { id }, { continuity });

const holdConsent = ({ subject, clientId, recipient, ...allowed }: ConsentRecord) => {
  const { scope, resources, authorizationDetails } = allowed;
  return hold(consents, { subject, clientId, recipient }, { scope, resources, authorizationDetails });
};

export interface CodeFacts {
  readonly code: AuthorizationCodeRecord | null;
  readonly grant: GrantRecord | null;
}

/** The parameters that a client sends with a code (RFC 6749 §4.1.3, RFC 7636 §4.5), and what its request shows to have. */
export interface CodeRequest {
  readonly redirectUri: string | undefined;
  readonly codeVerifier: string | undefined;
  readonly shown: Confirmation | null;
}

/** The fault of a redemption; null if there is none, or if the code was used before, which `redeemCode` handles. */
export function codeFault(
  presented: PresentedCredential | null,
  { code, grant }: CodeFacts,
  clientId: string,
  request: CodeRequest,
  now: EpochSeconds,
): Reason | null {
  if (
    presented === null ||
    code === null ||
    grant === null ||
    !secretMatches(presented.secret, code.digest)
  ) {
    return "code_unknown";
  }
  if (grant.clientId !== clientId) return "code_of_other_client";
  if (code.usedAt !== null) return null;
  if (grant.revokedAt !== null) return "code_revoked";
  if (code.expiresAt <= now) return "code_expired";
  return (
    redirectUriFault(code, request.redirectUri) ??
    verifierFault(code, request.codeVerifier) ??
    (fitsCode(code, request.shown) ? null : "code_of_other_key")
  );
}

/** RFC 6749 §4.1.3: the same redirect URI again. OAuth 2.1 lets clients leave it out; if it is there it must match. */
function redirectUriFault(code: AuthorizationCodeRecord, redirectUri: string | undefined): Reason | null {
  // PKCE binds the code to its request. Without PKCE only the redirect URI does, so then it is required.
  if (redirectUri === undefined) {
    return code.codeChallenge === null && code.redirectUriRequested ? "code_redirect_uri_mismatch" : null;
  }
  return redirectUri === code.redirectUri ? null : "code_redirect_uri_mismatch";
}

/** RFC 7636 §4.6, and RFC 9700 §2.1.1: a verifier is there if and only if a challenge was. */
function verifierFault(code: AuthorizationCodeRecord, verifier: string | undefined): Reason | null {
  if (code.codeChallenge === null) return verifier === undefined ? null : "code_verifier_unexpected";
  if (verifier === undefined) return "code_verifier_missing";
  if (!isCodeVerifier(verifier)) return "code_verifier_malformed";
  return verifierMatchesChallenge(verifier, code.codeChallenge) ? null : "code_verifier_wrong";
}

/** Failures that an attacker would cause by guessing; a few of them burn the code. */
const COUNTED: ReadonlySet<Reason> = new Set([
  "code_of_other_client",
  "code_redirect_uri_mismatch",
  "code_verifier_missing",
  "code_verifier_malformed",
  "code_verifier_wrong",
  "code_verifier_unexpected",
  "code_of_other_key",
]);

/** Refuses a redemption. Failures in `COUNTED` add up, and `failureLimit` of them burn the code. */
export function refuseCode(
  { code }: CodeFacts,
  reason: Reason,
  failureLimit: number,
): Decision<{ readonly refused: Reason }> {
  const outcome = { refused: reason };
  if (code === null || !COUNTED.has(reason)) return concluded(outcome);
  return { outcome, changes: countFailure(code, failureLimit) };
}

export const countFailure = ({ id, failedAttempts }: AuthorizationCodeRecord, failureLimit: number) =>
  failedAttempts >= failureLimit
    ? []
    : [update(codes, { id }, { failedAttempts }, { failedAttempts: failedAttempts + 1 })];

export type CodeOutcome =
  | "issued"
  /** The code was used before. The grant, and with it everything that the first use issued, is now revoked. */
  | "replayed"
  /** Expired, burnt by failures, its grant revoked, or its client disabled. */
  | "refused";

/**
 * RFC 6749 §4.1.2: a second use revokes the tokens of the first, even after the code's expiry, because the first user
 * may have been the thief.
 */
export function redeemCode(
  { code, grant }: CodeFacts,
  client: ServedClient | null,
  failureLimit: number,
  issuance: Issuance,
): Decision<CodeOutcome> {
  if (code === null || grant === null) return concluded("refused");
  if (code.usedAt !== null) return revokeReplayed(grant, "code_replayed", issuance.now);
  const refused =
    code.expiresAt <= issuance.now || code.failedAttempts >= failureLimit || grant.revokedAt !== null;
  if (refused || !isEnabled(client)) return concluded("refused");
  return {
    outcome: "issued",
    changes: [
      ...issueTokens(grant, client, issuance),
      update(
        codes,
        { id: code.id },
        { usedAt: null, failedAttempts: code.failedAttempts },
        { usedAt: issuance.now },
      ),
    ],
    events: [
      {
        event: "token.issued",
        via: "authorization_code",
        subject: grant.subject,
        client: grant.clientId,
        grant: grant.id,
      },
    ],
  };
}
