/** RFC 6749 §4.1 with RFC 7636: authorization codes, from the person's yes to the tokens. */
import type { AuthenticatedClient } from "../clients/authentication.ts";
import type { Context } from "../context.ts";
import {
  mintCredential,
  newRecordId,
  type PresentedCredential,
  parseCredential,
  secretMatches,
} from "../credentials/credential.ts";
import { mintAccessToken, mintRefreshToken, tokenResponse } from "../credentials/issue.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { CodeChallenge, RedirectUri, ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { isCodeVerifier, verifierMatchesChallenge } from "../protocol/pkce.ts";
import type { Authorization } from "../store/contract.ts";
import type { AccountRecord, AuthorizationCodeRecord, ClientRecord, GrantRecord } from "../store/records.ts";
import { type Grant, narrowToGrant, type Redemption } from "./grant.ts";

/** What a person is asked for, and by whom; checked by the authorization endpoint. */
export interface CodeRequest {
  readonly client: ClientRecord;
  readonly redirectUri: RedirectUri;
  readonly redirectUriRequested: boolean;
  readonly codeChallenge: CodeChallenge | null;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
}

export interface ApproveOptions {
  readonly form: Authorization["form"];
  /** Whether to remember the answer, so that the same request need not be asked again. */
  readonly remember: boolean;
}

/** RFC 6749 §4.1.2: issues a code for what the person allowed. Null if the form was answered before. */
export async function issueAuthorizationCode(
  context: Context,
  request: CodeRequest,
  account: AccountRecord,
  { form, remember }: ApproveOptions,
): Promise<string | null> {
  const { clock, random, configuration, store } = context;
  const now = clock.seconds();
  const expiresAt = now + configuration.lifetimes.authorization_code_seconds;
  const { text, id, digest } = mintCredential("authorization_code", clock, random);
  const { client, scope, resources, redirectUri } = request;
  const grant: GrantRecord = {
    id: newRecordId(clock, random),
    subject: account.subject,
    username: account.username,
    clientId: client.clientId,
    scope,
    resources,
    via: "authorization_code",
    createdAt: now,
    expiresAt,
    activatedAt: null,
    revokedAt: null,
    revokedReason: null,
  };
  const outcome = await store.authorize({
    now,
    grant,
    code: {
      id,
      digest,
      grantId: grant.id,
      clientId: client.clientId,
      redirectUri,
      redirectUriRequested: request.redirectUriRequested,
      codeChallenge: request.codeChallenge,
      createdAt: now,
      expiresAt,
      usedAt: null,
      failedAttempts: 0,
    },
    consent: remember
      ? { subject: account.subject, clientId: client.clientId, redirectUri, scope, resources, createdAt: now }
      : // Nobody answered a form, so it rests on what was remembered; that may be forgotten by now.
        form === null
        ? "remembered"
        : null,
    form,
  });
  if (outcome === "refused") throw new OAuthError("person_denied", { clientId: client.clientId });
  return outcome === "form_spent" ? null : text;
}

interface StoredCode {
  readonly code: AuthorizationCodeRecord;
  readonly grant: GrantRecord;
}

/** What may be wrong with a redemption; null if nothing is. Whether the code was used is for the store to say. */
function codeFault(
  presented: PresentedCredential | null,
  stored: StoredCode | null,
  client: AuthenticatedClient,
  parameters: Parameters,
  now: EpochSeconds,
): Reason | null {
  if (presented === null || stored === null || !secretMatches(presented.secret, stored.code.digest)) {
    return "code_unknown";
  }
  const { code, grant } = stored;
  if (code.clientId !== client.clientId) return "code_of_other_client";
  // A replay is told by the store, which also revokes what the first use issued (RFC 6749 §4.1.2).
  if (code.usedAt !== null) return null;
  if (grant.revokedAt !== null) return "code_revoked";
  if (code.expiresAt <= now) return "code_expired";
  return (
    redirectUriFault(code, parameters.get("redirect_uri")) ??
    verifierFault(code, parameters.get("code_verifier"))
  );
}

/** RFC 6749 §4.1.3: the same redirect URI again. OAuth 2.1 lets clients leave it out; if it is there it must match. */
function redirectUriFault(code: AuthorizationCodeRecord, redirectUri: string | undefined): Reason | null {
  // PKCE binds the code to its request; without it, only the redirect URI does, so then it must be there.
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

/** Failures that somebody who guesses would cause; a few of them burn the code. */
const COUNTED: ReadonlySet<Reason> = new Set([
  "code_of_other_client",
  "code_redirect_uri_mismatch",
  "code_verifier_missing",
  "code_verifier_malformed",
  "code_verifier_wrong",
  "code_verifier_unexpected",
]);

async function redeem(
  context: Context,
  client: AuthenticatedClient,
  parameters: Parameters,
): Promise<Redemption> {
  const { store, clock, configuration } = context;
  const failureLimit = configuration.limits.code_redemption_failures;
  const presented = parseCredential("authorization_code", parameters.required("code"));
  const stored = presented && (await store.findCode(presented.id, client));
  const now = clock.seconds();
  const refuse = (reason: Reason) => new OAuthError(reason, { clientId: client.clientId });

  const fault = codeFault(presented, stored, client, parameters, now);
  if (stored === null || fault !== null) {
    if (stored !== null && fault !== null && COUNTED.has(fault)) {
      await store.recordCodeFailure(stored.code.id, failureLimit);
    }
    return refuse(fault ?? "code_unknown");
  }
  const { code, grant } = stored;
  // A replay must reach the store even if its other parameters are bad.
  const target = code.usedAt === null ? narrowToGrant(context, grant, client, parameters) : grant;
  const accessToken = mintAccessToken(context, {
    client,
    grantId: grant.id,
    subject: grant.subject,
    ...pick(target),
  });
  const refreshToken = mintRefreshToken(context, client, grant.id);
  const outcome = await store.redeemCode(code.id, failureLimit, {
    now,
    accessToken: accessToken.record,
    refreshToken: refreshToken?.record ?? null,
  });
  if (outcome === "replayed") return refuse("code_replayed");
  if (outcome === "refused") return refuse("code_revoked");
  return tokenResponse(accessToken, refreshToken);
}

const pick = ({ scope, resources }: Pick<GrantRecord, "scope" | "resources">) => ({ scope, resources });

export const authorizationCodeGrant: Grant = { grantType: "authorization_code", redeem };
