/**
 * The answer of the token endpoint: the tokens that a redemption stored, in the form in which the client gets them. What is
 * signed is signed after the commit, so that no signature is made for a code that another request used.
 */
import { accessTokenAlgorithm, idTokenAlgorithm } from "../clients/openid-metadata.ts";
import { accessTokenFormatFor } from "../credentials/access-token-formats.ts";
import { actClaim } from "../credentials/act-claim.ts";
import { recordIdText } from "../credentials/credential.ts";
import { idTokenClaims, sealedGrant, sessionIdFor } from "../credentials/id-token.ts";
import { type Minted, mintedResponse, type TokenResponse } from "../credentials/issue.ts";
import { cnfOf } from "../protocol/bindings.ts";
import { OPENID_SCOPE } from "../protocol/catalogue.ts";
import { OAuthError } from "../protocol/errors.ts";
import type { ResourceIndicator, Scope } from "../protocol/identifiers.ts";
import { formatScope } from "../protocol/scope.ts";
import { fittingClaims, personClaims, toldPerson, withinScope } from "../rules/claims.ts";
import type { Act } from "../rules/events.ts";
import { askableScope } from "../rules/scope.ts";
import { subjectFor } from "../rules/subject.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import type { AccessTokenRecord } from "../store/tables/tokens.ts";
import type { Caller } from "./caller.ts";
import { claimsForApis, clientClaimsForApis, ownClaims } from "./claims.ts";
import type { Context } from "./context.ts";
import { findAccount } from "./people.ts";

/** Tokens that were stored. */
export interface Issued {
  /** The answer, as it is for an opaque access token and without an ID token. */
  readonly response: TokenResponse;
  /** Null if the token has been revoked since, as a retry may find. */
  readonly accessToken: AccessTokenRecord | null;
  /** Null for client_credentials. */
  readonly grant: GrantRecord | null;
  readonly scope: readonly Scope[];
  readonly resources: readonly ResourceIndicator[];
  /** The nonce of the authorization request. OpenID Connect Core §12.2: a refresh has none. */
  readonly nonce: string | null;
  /** The person, if the redemption has looked: a fault of the store after the commit would lose the tokens. */
  readonly account?: AccountRecord | null;
}

/** What a redemption stored. `target`: what the tokens are for; it may have more members. */
export const issuedWith = (
  accessToken: Minted<AccessTokenRecord>,
  refreshToken: { readonly text: string } | null,
  { scope, resources }: Pick<Issued, "scope" | "resources">,
  grant: GrantRecord | null,
  nonce: string | null = null,
): Issued => ({
  response: mintedResponse(accessToken, refreshToken, scope),
  accessToken: accessToken.record,
  grant,
  scope,
  resources,
  nonce,
});

type Redeem<Request, Result> = (
  context: Context,
  act: Act,
  caller: Caller,
  request: Request,
) => Promise<Result | OAuthError>;

/** A redemption, with its tokens as the client gets them. */
export const answered =
  <Request>(redeem: Redeem<Request, Issued>): Redeem<Request, TokenResponse> =>
  async (context, act, caller, request) => {
    const issued = await redeem(context, act, caller, request);
    if (issued instanceof OAuthError) return issued;
    const { client } = caller;
    const format = accessTokenFormatFor(context.catalogue, client, issued.resources);
    const wantsIdToken = issued.grant !== null && issued.scope.includes(OPENID_SCOPE);
    const details = issued.accessToken?.authorizationDetails ?? null;
    // RFC 9396 §7.
    const plain = details === null ? issued.response : { ...issued.response, authorization_details: details };
    if (!format.isSigned && !wantsIdToken) return plain;
    const account =
      issued.grant === null ? null : (issued.account ?? (await findAccount(context, issued.grant.subject)));
    // The person was removed in this moment, and the tokens with them.
    if (issued.grant !== null && account === null)
      return new OAuthError("grant_outdated", { clientId: client.clientId });
    const credential = plain.access_token;
    const text = await format.write({
      credential,
      sign: (typ) => signAccessToken(context, client, issued, account, typ),
    });
    const response = { ...plain, access_token: text };
    if (!wantsIdToken || issued.grant === null || account === null) return response;
    return { ...response, id_token: await signIdToken(context, client, issued.grant, account, issued, text) };
  };

async function signAccessToken(
  context: Context,
  client: ClientRecord,
  issued: Issued,
  account: AccountRecord | null,
  typ: string,
): Promise<string> {
  const { response, accessToken } = issued;
  // A token that was revoked meanwhile gets no signature: an API would take it until it expires.
  if (accessToken === null) return response.access_token;
  const { configuration, signingKeys } = context;
  const claims = accessTokenPayload(context, client, { ...issued, accessToken }, account);
  return signingKeys.sign(accessTokenAlgorithm(client, configuration.signing), typ, claims);
}

type PayloadContext = Pick<Context, "issuer" | "configuration" | "catalogue" | "keys" | "clock">;

/** RFC 9068 §2.2: the claims of an access token that an API checks by itself. */
export function accessTokenPayload(
  context: PayloadContext,
  client: ClientRecord,
  {
    accessToken,
    grant,
    scope,
    resources,
  }: Pick<Issued, "grant" | "scope" | "resources"> & { readonly accessToken: AccessTokenRecord },
  account: AccountRecord | null,
): Record<string, unknown> {
  const { issuer, catalogue, keys } = context;
  const [audience] = resources;
  const apis = catalogue.apisAmong(resources);
  const target = { scope, resources: apis.length > 0 ? apis : resources };
  const told =
    grant === null
      ? accessToken.exchange === null
        ? clientClaimsForApis(context, client, target)
        : {}
      : account === null
        ? {}
        : claimsForApis(context, account, target);
  // They come first, so that none takes the place of the protocol's own.
  return {
    ...fittingClaims(told),
    iss: issuer.identifier,
    sub:
      grant === null
        ? (accessToken.exchange?.subject ?? client.clientId)
        : subjectFor({ keys }, client, grant.subject),
    aud: resources.length === 1 ? audience : resources,
    client_id: client.clientId,
    iat: accessToken.issuedAt,
    exp: accessToken.expiresAt,
    jti: recordIdText(accessToken.id),
    ...(scope.length > 0 && { scope: formatScope(scope) }),
    // RFC 9449 §6.1.
    ...(accessToken.confirmation !== null && { cnf: cnfOf(accessToken.confirmation) }),
    // RFC 9396 §9.1.
    ...(accessToken.authorizationDetails !== null && {
      authorization_details: accessToken.authorizationDetails,
    }),
    ...(grant !== null && {
      auth_time: grant.authenticatedAt,
      acr: grant.authenticationLevel,
      amr: grant.authenticationMethods,
    }),
    ...actClaim(accessToken.exchange),
  };
}

function signIdToken(
  context: Context,
  client: ClientRecord,
  grant: GrantRecord,
  account: AccountRecord,
  issued: Pick<Issued, "scope" | "nonce">,
  accessToken: string,
): Promise<string> {
  const algorithm = idTokenAlgorithm(client, context.configuration.signing);
  const claims = idTokenPayload(context, client, grant, account, { ...issued, accessToken });
  return context.signingKeys.sign(algorithm, "JWT", claims);
}

/** OpenID Connect Core §3.1.3.3, §12.2: the claims of an ID token. */
export function idTokenPayload(
  { issuer, keys, clock, configuration, catalogue }: PayloadContext,
  client: ClientRecord,
  grant: GrantRecord,
  account: AccountRecord,
  { scope, nonce, accessToken }: Pick<Issued, "scope" | "nonce"> & { readonly accessToken: string },
): Record<string, unknown> {
  const { clientId } = client;
  const person = toldPerson(account, issuer);
  const algorithm = idTokenAlgorithm(client, configuration.signing);
  const requested = withinScope(grant.claims?.idToken ?? [], askableScope(catalogue, client));
  return idTokenClaims(
    {
      issuer: issuer.identifier,
      clientId,
      subject: subjectFor({ keys }, client, grant.subject),
      grant,
      sid: grant.session === null ? null : sessionIdFor(keys, grant.session, clientId),
      jti: client.subjectType === "pairwise" ? sealedGrant(keys, grant.id, clientId) : null,
      nonce,
      accessToken,
      claims:
        client.idTokenClaims === "minimal"
          ? personClaims([], person, requested)
          : personClaims(scope, person, requested, ownClaims({ configuration }, client)),
    },
    algorithm,
    clock.seconds(),
    configuration.lifetimes.id_token_seconds,
  );
}
