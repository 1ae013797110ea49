/**
 * ID-JAG, Token Exchange: a client gets an assertion about a person for another authorization server. The exchange (RFC 8693) has found the
 * person by a token of this client; here the operator's policy decides, and the assertion is signed.
 */
import { isConfidential } from "../clients/authentication.ts";
import { defaultSigningAlgorithm } from "../clients/openid-metadata.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { ID_JAG_TOKEN_TYPE, ID_JAG_TYPE } from "../protocol/assertions.ts";
import { OAuthError } from "../protocol/errors.ts";
import { mayUse } from "../rules/client-access.ts";
import type { Act } from "../rules/events.ts";
import { allowedIdJag, type IdJagSubject, type IdJagWish, idJagClaims } from "../rules/id-jag.ts";
import { subjectFor } from "../rules/subject.ts";
import type { AccountRecord, GrantRecord } from "../store/tables.ts";
import { actOf, type Caller } from "./caller.ts";
import { useFault } from "./client-access.ts";
import { findClient } from "./clients.ts";
import type { Context } from "./context.ts";

/** The person whom the subject token of the exchange is about. The exchange has checked that token, and that it is of this client. */
export interface ExchangedSubject {
  readonly account: AccountRecord;
  readonly authentication: IdJagSubject["authentication"];
  readonly grant: GrantRecord | null;
  readonly via: "id_token" | "refresh_token";
  /** When the subject token expires; null for one that lives on. The assertion does not outlive it. */
  readonly expiresAt: EpochSeconds | null;
}

export interface IdJagRequest extends IdJagWish {
  readonly subject: ExchangedSubject;
}

/** ID-JAG, Response. It is no access token, so its type is `N_A` (RFC 8693 §2.2.1). */
export interface IdJagResponse {
  readonly access_token: string;
  readonly issued_token_type: typeof ID_JAG_TOKEN_TYPE;
  readonly token_type: "N_A";
  readonly expires_in: number;
  readonly scope?: string;
}

const JTI_BYTES = 16;

/** Throws OAuthError. */
export async function issueIdJag(
  context: Context,
  act: Act,
  caller: Caller,
  { subject, ...wish }: IdJagRequest,
): Promise<IdJagResponse> {
  const { configuration, issuer, clock, random, signingKeys, events } = context;
  const { client } = caller;
  const { clientId } = client;
  const { account, authentication } = subject;
  // ID-JAG, Client Authentication: "SHOULD only be supported for confidential clients".
  if (!isConfidential(client)) throw new OAuthError("client_not_confidential", { clientId });
  if (account.disabledAt !== null || !mayUse(client, account))
    throw new OAuthError("person_not_allowed", { clientId });
  const { authenticationLevel } = authentication;
  const useless = await useFault(context, client, {
    subject: account.subject,
    scope: [],
    authenticationLevel,
  });
  if (useless !== null) throw new OAuthError(useless, { clientId });
  const allowed = allowedIdJag(configuration.id_jag_audiences, clientId, account, wish);
  const now = clock.seconds();
  const expiresAt = Math.min(now + allowed.audience.lifetime_seconds, subject.expiresAt ?? Infinity);
  const claims = idJagClaims(
    issuer.identifier,
    Buffer.from(random(JTI_BYTES)).toString("base64url"),
    allowed,
    { subject: await subjectAt(context, allowed.audience.subject_client, account), account, authentication },
    { now, expiresAt },
  );
  const algorithm = defaultSigningAlgorithm(configuration.signing.algorithms);
  const text = await signingKeys.sign(algorithm, ID_JAG_TYPE, claims);
  events.tell(actOf(act, caller), [
    {
      event: "id_jag.issued",
      via: allowed.audience.issuer,
      reason: subject.via,
      subject: account.subject,
      client: clientId,
      grant: subject.grant?.id,
    },
  ]);
  return {
    access_token: text,
    issued_token_type: ID_JAG_TOKEN_TYPE,
    token_type: "N_A",
    expires_in: expiresAt - now,
    ...(allowed.scope.length > 0 && { scope: allowed.scope.join(" ") }),
  };
}

/**
 * ID-JAG: `sub` "MUST be the same as the subject identifier used in an Identity Assertion for the Resource Authorization Server as a
 * Relying Party". A client that is gone would give another one, so there is no assertion then.
 */
async function subjectAt(
  context: Context,
  clientId: string | undefined,
  { subject }: Pick<AccountRecord, "subject">,
): Promise<string> {
  if (clientId === undefined) return subject;
  const relyingParty = await findClient(context, clientId);
  if (relyingParty === null)
    throw new OAuthError("id_jag_not_allowed", {
      description: "The operator has named a client for the identifiers of people that does not exist.",
    });
  return subjectFor(context, relyingParty, subject);
}
