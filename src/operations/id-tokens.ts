/** ID tokens (OpenID Connect Core §2): whether a client gets one beside its access token, and what it says. */
import { idTokenClaims, sessionIdFor } from "../credentials/id-token.ts";
import type { TokenResponse } from "../credentials/issue.ts";
import { OPENID_SCOPE } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { Scope } from "../protocol/identifiers.ts";
import type { Act } from "../rules/events.ts";
import { personClaims } from "../rules/personal-data.ts";
import { idTokenAlgorithm } from "../rules/signing-key.ts";
import type { ClientRecord, GrantRecord } from "../store/tables.ts";
import type { Caller } from "./caller.ts";
import type { Context } from "./context.ts";
import { findAccount } from "./people.ts";

/** Tokens that were issued from a grant. */
export interface Issued {
  readonly response: TokenResponse;
  readonly grant: GrantRecord;
  /** The scope of the access token. */
  readonly scope: readonly Scope[];
  /** The nonce of the authorization request. §12.2: a refresh has none. */
  readonly nonce: string | null;
}

type Redeem<Request, Result> = (
  context: Context,
  act: Act,
  caller: Caller,
  request: Request,
) => Promise<Result | OAuthError>;

/**
 * §3.1.3.3, §12.2: the answer of a redemption with an ID token, if the scope has `openid`. The tokens are stored when it is
 * signed, so that no signature is made for a code that another request used.
 */
export const identified =
  <Request>(redeem: Redeem<Request, Issued>): Redeem<Request, TokenResponse> =>
  async (context, act, caller, request) => {
    const issued = await redeem(context, act, caller, request);
    if (issued instanceof OAuthError) return issued;
    if (!issued.scope.includes(OPENID_SCOPE)) return issued.response;
    const idToken = await issueIdToken(context, caller.client, issued);
    return idToken instanceof OAuthError ? idToken : { ...issued.response, id_token: idToken };
  };

async function issueIdToken(
  context: Context,
  client: ClientRecord,
  { response, grant, scope, nonce }: Issued,
): Promise<string | OAuthError> {
  const { issuer, keys, clock, configuration, signingKeys } = context;
  const { clientId } = client;
  const account = await findAccount(context, grant.subject);
  // The person was removed in this moment, and the tokens with them.
  if (account === null) return new OAuthError("grant_outdated", { clientId });
  const algorithm = idTokenAlgorithm(client, configuration.signing.algorithms);
  const claims = idTokenClaims(
    {
      issuer: issuer.identifier,
      clientId,
      subject: grant.subject,
      grant,
      sid: grant.session === null ? null : sessionIdFor(keys, grant.session, clientId),
      nonce,
      accessToken: response.access_token,
      claims: personClaims(scope, account),
    },
    algorithm,
    clock.seconds(),
    configuration.lifetimes.id_token_seconds,
  );
  return signingKeys.sign(algorithm, "JWT", claims);
}
