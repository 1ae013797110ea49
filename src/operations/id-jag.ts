/**
 * ID-JAG, Token Exchange: a client gets an assertion about a person for another authorization server. The exchange (RFC 8693) has found the
 * person by a token of this client; here the operator's policy decides, and the assertion is signed.
 */
import { isConfidential } from "../clients/authentication.ts";
import { accessTokenAlgorithm } from "../clients/openid-metadata.ts";
import { ID_JAG_TOKEN_TYPE, ID_JAG_TYPE } from "../protocol/assertions.ts";
import { OPENID_SCOPE } from "../protocol/catalogue.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { mayUse } from "../rules/client-access.ts";
import type { Act } from "../rules/events.ts";
import { allowedAudience, allowedIdJag, type IdJagWish, idJagClaims } from "../rules/id-jag.ts";
import { subjectFor } from "../rules/subject.ts";
import { type ExchangeTokens, fitsExchange } from "../rules/token-exchange.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { actOf, type Caller } from "./caller.ts";
import { findClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { findAccount } from "./people.ts";

/** What a client asks for. */
export interface IdJagRequest extends IdJagWish {
  readonly actorToken: string | undefined;
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

/**
 * `read`: the tokens of the exchange as they are now, or what is wrong with them. A client without an audience is refused before its token is
 * looked at. Throws OAuthError.
 */
export async function exchangeForIdJag(
  context: Context,
  act: Act,
  caller: Caller,
  { actorToken, ...wish }: IdJagRequest,
  read: () => Promise<ExchangeTokens | Reason>,
): Promise<IdJagResponse> {
  const { configuration, issuer, clock, random, signingKeys, events } = context;
  const { client } = caller;
  const { clientId } = client;
  const refuse = (reason: Reason, description?: string) =>
    new OAuthError(reason, { clientId, ...(description !== undefined && { description }) });
  // ID-JAG, Client Authentication: "SHOULD only be supported for confidential clients".
  if (!isConfidential(client)) throw refuse("client_not_confidential");
  allowedAudience(configuration.id_jag_audiences, clientId, wish);
  // ID-JAG, Actor Delegation Extensions: an actor that this server leaves out would be one that the other server does not know of.
  if (actorToken !== undefined)
    throw refuse("parameter_invalid", "An ID-JAG has no actor: leave out actor_token.");
  const tokens = await read();
  if (typeof tokens === "string") throw refuse(tokens);
  const { subject } = tokens;
  if (subject.kind === "access_token")
    throw refuse("token_type_unsupported", "An ID-JAG is issued for an ID token or a refresh token.");
  const { grant } = subject;
  // ID-JAG, Processing Rules: the assertion is for the client that asks. Without openid no person signed in to it.
  if (subject.clientId !== clientId || grant === null || !grant.scope.includes(OPENID_SCOPE))
    throw refuse("subject_token_not_allowed");
  if (!fitsExchange(subject, clientId, caller.possession.shown)) throw refuse("subject_token_bound");
  const account = await findAccount(context, grant.subject);
  if (account === null || account.disabledAt !== null) throw refuse("subject_token_unknown");
  if (!mayUse(client, account)) throw refuse("person_not_allowed");
  const allowed = allowedIdJag(configuration.id_jag_audiences, clientId, account, wish);
  const now = clock.seconds();
  const expiresAt = Math.min(now + allowed.audience.lifetime_seconds, subject.expiresAt);
  const claims = idJagClaims(
    issuer.identifier,
    Buffer.from(random(JTI_BYTES)).toString("base64url"),
    allowed,
    {
      subject: await subjectAt(context, allowed.audience.subject_client, account),
      account,
      authentication: grant,
    },
    { now, expiresAt },
    // ID-JAG, Proof-of-Possession During Token Exchange: "the IdP MUST include a `cnf` claim".
    await caller.possession.use(),
  );
  const algorithm = accessTokenAlgorithm(client, configuration.signing);
  const text = await signingKeys.sign(algorithm, ID_JAG_TYPE, claims);
  events.tell(actOf(act, caller), [
    {
      event: "id_jag.issued",
      via: allowed.audience.issuer,
      reason: subject.kind,
      subject: account.subject,
      client: clientId,
      grant: grant.id,
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
