/** What a client and its APIs would be told of a person: by the functions that make real tokens, and unsigned. */
import { accessTokenFormatFor } from "../credentials/access-token-formats.ts";
import { newRecordId } from "../credentials/credential.ts";
import { introspectAccessToken } from "../credentials/introspection.ts";
import { draftAccessToken } from "../credentials/issue.ts";
import { AUTHENTICATION_LEVELS } from "../protocol/authentication-level.ts";
import { EMAIL_SCOPE, OPENID_SCOPE } from "../protocol/catalogue.ts";
import type { Scope } from "../protocol/identifiers.ts";
import { scopeAt } from "../rules/scope.ts";
import { STEPS } from "../rules/sign-in.ts";
import { shardOf } from "../store/declare.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { GrantRecord } from "../store/tables/grants.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { newGrant } from "./authorization.ts";
import { claimsAbout, claimsForCaller } from "./claims.ts";
import type { Context } from "./context.ts";
import { accessTokenPayload, idTokenPayload } from "./issued.ts";

type PreviewContext = Pick<
  Context,
  "store" | "issuer" | "configuration" | "catalogue" | "keys" | "clock" | "random"
>;

/** The words in place of what only a real token has. */
const ONLY_REAL = "(only in a real token)";

export interface TokenPreview {
  readonly id_token: Record<string, unknown> | null;
  readonly userinfo: Record<string, unknown> | null;
  /** Null for an opaque token, which says nothing by itself. */
  readonly access_token: Record<string, unknown> | null;
  readonly introspection: Record<string, unknown>;
}

/** As after a sign-in with a password in this moment, for all that the scope gives. Stores nothing. */
export async function previewTokens(
  context: PreviewContext,
  client: ClientRecord,
  account: AccountRecord,
  scope: readonly Scope[],
): Promise<TokenPreview> {
  const { catalogue, clock, random, issuer } = context;
  const resources = catalogue.defaultResources(scope);
  const grant = previewedGrant(context, client, account, scope);
  const wish = { client, grant: { ...grant, resources }, scope, resources, confirmation: null };
  const { record, text } = draftAccessToken({ ...context, clock, random }, wish);
  const issued = { accessToken: record, grant, scope, resources };
  const about = { subject: account.subject, clientId: client.clientId, grantId: null };
  const told = await claimsForCaller(context, about, {
    tellsEmail: scope.includes(EMAIL_SCOPE),
    told: scopeAt(catalogue, scope, resources),
  });
  const { issuedAt, expiresAt, id } = record;
  const token = {
    id,
    clientId: client.clientId,
    subject: account.subject,
    scope,
    resources,
    confirmation: null,
    authorizationDetails: null,
    issuedAt,
    expiresAt,
    exchange: null,
    grant,
  };
  const unreal = { jti: ONLY_REAL };
  return {
    id_token: scope.includes(OPENID_SCOPE)
      ? {
          ...idTokenPayload(context, client, grant, account, { scope, nonce: null, accessToken: text }),
          at_hash: ONLY_REAL,
          sid: ONLY_REAL,
          ...(client.subjectType === "pairwise" && unreal),
        }
      : null,
    userinfo: await claimsAbout(context, about, scope),
    access_token: accessTokenFormatFor(catalogue, client, resources).isSigned
      ? { ...accessTokenPayload(context, client, issued, account), ...unreal }
      : null,
    introspection: {
      ...told?.claims,
      ...introspectAccessToken(issuer.identifier, token, true),
      sub: told?.sub,
      ...unreal,
    },
  };
}

function previewedGrant(
  { clock, random, catalogue }: PreviewContext,
  client: ClientRecord,
  account: AccountRecord,
  scope: readonly Scope[],
): GrantRecord {
  const now = clock.seconds();
  const session = {
    authenticatedAt: now,
    authenticationMethods: STEPS.password.methods,
    authenticationLevel: AUTHENTICATION_LEVELS[0],
  };
  return newGrant(
    newRecordId(clock, random, shardOf(account.subject)),
    { account, session },
    client.clientId,
    {
      scope,
      claims: null,
      resources: catalogue.defaultResources(scope),
      authorizationDetails: null,
      via: "authorization_code",
      session: null,
      address: "",
      program: null,
      system: null,
      createdAt: now,
      expiresAt: now,
    },
  );
}
