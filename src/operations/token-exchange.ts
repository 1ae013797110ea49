/**
 * RFC 8693: exchanging a token for another one. The types of tokens are a table: an entry says how a token of the type is read, and
 * how one is issued. A type that can only be issued, or only be read, leaves the other out.
 */
import { isConfidential } from "../clients/authentication.ts";
import { accessTokenFormatFor } from "../credentials/access-token-formats.ts";
import { mintAccessToken, type TokenResponse } from "../credentials/issue.ts";
import { ID_JAG_TOKEN_TYPE } from "../protocol/assertions.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { concluded, type Decision } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import {
  type ExchangeTokens,
  type ExchangeWish,
  issueExchanged,
  planExchange,
  rulesOf,
} from "../rules/token-exchange.ts";
import { actOf, type Caller } from "./caller.ts";
import { useFault } from "./client-access.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import {
  readAccessToken,
  readIdToken,
  readJwt,
  readRefreshToken,
  type TokenReader,
} from "./exchange-readers.ts";
import { exchangeForIdJag } from "./id-jag.ts";
import { answered, type Issued, issuedWith } from "./issued.ts";

const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
const ACCESS_TOKEN_TYPE = `${TOKEN_TYPE}access_token`;

/** §2.1. The types are not checked yet. */
export interface ExchangeRequest extends ExchangeWish {
  readonly subjectToken: string;
  readonly subjectTokenType: string;
  readonly actorToken: string | undefined;
  readonly actorTokenType: string | undefined;
  readonly requestedTokenType: string | undefined;
}

/** Issues a token of one type. `read` gives the tokens of the request as they are now, or what is wrong with them. */
type TokenIssuer = (
  context: Context,
  act: Act,
  caller: Caller,
  request: ExchangeRequest,
  read: () => Promise<ExchangeTokens | Reason>,
) => Promise<TokenResponse | OAuthError>;

interface ExchangeTokenType {
  /** §3. */
  readonly type: string;
  /** Missing: no token of this type is exchanged. */
  readonly read?: TokenReader;
  /** Whether a token of this type can say who acts. */
  readonly isActor?: boolean;
  /** Missing: no token of this type is issued. */
  readonly issue?: TokenIssuer;
}

/** The access token of the exchange. `mustBeJwt`: the client wants to read it, so an opaque one would not do. */
const issueAccessToken =
  (type: string, mustBeJwt: boolean): TokenIssuer =>
  async (context, act, caller, request, read) => {
    const redeem = answered((...asked: [Context, Act, Caller, ExchangeRequest]) =>
      exchange(...asked, read, mustBeJwt),
    );
    const response = await redeem(context, act, caller, request);
    return response instanceof OAuthError ? response : { ...response, issued_token_type: type };
  };

const EXCHANGE_TOKEN_TYPES: readonly ExchangeTokenType[] = [
  {
    type: ACCESS_TOKEN_TYPE,
    read: readAccessToken,
    isActor: true,
    issue: issueAccessToken(ACCESS_TOKEN_TYPE, false),
  },
  {
    type: `${TOKEN_TYPE}jwt`,
    read: readJwt,
    isActor: true,
    issue: issueAccessToken(`${TOKEN_TYPE}jwt`, true),
  },
  // draft-ietf-oauth-identity-assertion-authz-grant: it has a policy of its own.
  { type: ID_JAG_TOKEN_TYPE, issue: exchangeForIdJag },
  { type: `${TOKEN_TYPE}id_token`, read: readIdToken },
  { type: `${TOKEN_TYPE}refresh_token`, read: readRefreshToken },
];

const typeNamed = (type: string): ExchangeTokenType | undefined =>
  EXCHANGE_TOKEN_TYPES.find((entry) => entry.type === type);

/**
 * Exchanges a token. Only a client that authenticates may: a stolen token would otherwise become others (§2.1). A client without any
 * rule is refused before its token is looked at, so that it learns nothing about tokens of others.
 */
export async function exchangeToken(
  context: Context,
  act: Act,
  caller: Caller,
  request: ExchangeRequest,
): Promise<TokenResponse | OAuthError> {
  const { client } = caller;
  const refuse = (reason: Reason, description?: string) =>
    new OAuthError(reason, {
      clientId: client.clientId,
      ...(description !== undefined && { description }),
    });
  if (!isConfidential(client)) return refuse("client_not_confidential");
  const { subjectTokenType, actorToken, actorTokenType, requestedTokenType = ACCESS_TOKEN_TYPE } = request;
  const readSubject = typeNamed(subjectTokenType)?.read;
  if (readSubject === undefined)
    return refuse("token_type_unsupported", "This server exchanges no tokens of that subject_token_type.");
  if ((actorToken === undefined) !== (actorTokenType === undefined)) return refuse("actor_token_type_alone");
  const actorType = actorTokenType === undefined ? undefined : typeNamed(actorTokenType);
  const readActor = actorType?.isActor === true ? actorType.read : undefined;
  if (actorTokenType !== undefined && readActor === undefined)
    return refuse("token_type_unsupported", "This server takes no actor token of that actor_token_type.");
  const issue = typeNamed(requestedTokenType)?.issue;
  if (issue === undefined)
    return refuse("token_type_unsupported", "This server issues no tokens of that requested_token_type.");
  return issue(context, act, caller, request, async () => {
    const subject = await readSubject(context, caller, request.subjectToken);
    if (subject === null) return "subject_token_unknown";
    if (readActor === undefined || actorToken === undefined) return { subject, actor: null };
    const actor = await readActor(context, caller, actorToken);
    return actor === null ? "actor_token_unknown" : { subject, actor };
  });
}

function exchange(
  context: Context,
  act: Act,
  caller: Caller,
  request: ExchangeRequest,
  read: () => Promise<ExchangeTokens | Reason>,
  mustBeJwt: boolean,
): Promise<Issued | OAuthError> {
  const { catalogue, clock, configuration } = context;
  const { client } = caller;
  const policy = configuration.token_exchange;
  const refuse = (reason: Reason): Decision<OAuthError> =>
    concluded(new OAuthError(reason, { clientId: client.clientId }));
  let attempts = 0;
  return outcomeOf<Issued | OAuthError>(context, actOf(act, caller), async () => {
    // The commit notes the use of the client. A remembered client may lack a note of its use, and would be stale each time.
    if (attempts > 0) caller.changed();
    attempts += 1;
    if (rulesOf(policy, client.clientId).length === 0) return refuse("exchange_not_allowed");
    const tokens = await read();
    if (typeof tokens === "string") return refuse(tokens);
    const { possession } = caller;
    const plan = planExchange(catalogue, policy, client, tokens, request, possession.shown);
    if (typeof plan === "string") return refuse(plan);
    // The person must be allowed to use this client too, and have signed in as well as it demands.
    const useless = await useFault(context, client, tokens.subject.grant);
    if (useless !== null) return refuse(useless);
    const { scope, resources, via } = plan;
    if (mustBeJwt && !accessTokenFormatFor(catalogue, client, resources).isSigned)
      return refuse("exchange_form_unavailable");
    const { grant } = tokens.subject;
    const accessToken = mintAccessToken(context, {
      client,
      grant,
      scope,
      resources,
      confirmation: await possession.use(),
      exchange: { of: plan.exchange, until: plan.until },
    });
    const { outcome, ...decision } = issueExchanged(client, grant, accessToken.record, via, clock.seconds());
    if (outcome === "refused") return refuse("subject_token_unknown");
    return { ...decision, outcome: issuedWith(accessToken, null, { scope, resources }, grant) };
  });
}
