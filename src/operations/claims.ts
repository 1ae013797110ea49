/** What an application is told of a person: the facts for `personClaims`, found in one look. */
import { withinPolicy } from "../clients/clients.ts";
import { EMAIL_SCOPE } from "../protocol/catalogue.ts";
import { type ClaimMapping, namedClaims } from "../protocol/claim-mapping.ts";
import type { RecordId, Scope, SubjectId } from "../protocol/identifiers.ts";
import {
  accessTokenClaims,
  CLAIM_NAMES,
  type ClaimNames,
  type Claims,
  clientClaims,
  type OwnClaims,
  personClaims,
  toldPerson,
  withinScope,
} from "../rules/claims.ts";
import { askableScope, scopeAt, type TokenTarget } from "../rules/scope.ts";
import { subjectFor } from "../rules/subject.ts";
import { row } from "../store/contract.ts";
import { clients } from "../store/tables/clients.ts";
import { grants } from "../store/tables/grants.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import type { Context } from "./context.ts";

type MappedScopes = Context["configuration"]["claims"]["scopes"];

/** The operator's claims of scopes, with the sources of names that stand in a list. */
export const scopeClaims = (scopes: MappedScopes): Record<string, ClaimMapping> =>
  Object.fromEntries(
    Object.entries(scopes).map(([scope, mapping]) => [
      scope,
      Array.isArray(mapping) ? namedClaims(mapping, CLAIM_NAMES) : (mapping as ClaimMapping),
    ]),
  );

/** The operator's own claims for a client. */
export const ownClaims = (
  { configuration }: Pick<Context, "configuration">,
  client: { readonly claims: ClaimMapping } | null,
): OwnClaims => ({ scopes: scopeClaims(configuration.claims.scopes), client: client?.claims ?? {} });

/** The claims about a person for the APIs of an access token. */
export const claimsForApis = (
  { configuration, catalogue, issuer }: Pick<Context, "configuration" | "catalogue" | "issuer">,
  account: AccountRecord,
  { scope, resources }: TokenTarget,
): Claims =>
  accessTokenClaims(
    scopeAt(catalogue, scope, resources),
    toldPerson(account, issuer),
    scopeClaims(configuration.claims.scopes),
  );

/** The claims about a client that acts for itself, for the APIs of its access token. */
export const clientClaimsForApis = (
  context: Pick<Context, "configuration" | "catalogue">,
  client: { readonly claims: ClaimMapping },
  { scope, resources }: TokenTarget,
): Claims => clientClaims(scopeAt(context.catalogue, scope, resources), ownClaims(context, client));

const TOLD = {
  account: row(accounts, { subject: "$subject" }),
  client: row(clients, { clientId: "$clientId" }),
  grant: row(grants, { id: "$grantId" }, ["revokedAt"]),
};

interface Asked {
  readonly subject: SubjectId;
  readonly clientId: string;
  /** The grant of the token with which the client or an API asks; null for a preview. */
  readonly grantId: RecordId | null;
}

/**
 * The person and the client; null if one of them is gone, or if the grant has ended. One look finds all: a grant ends when its client
 * is to know the person under another name, which no token of before may tell.
 */
async function findTold({ store }: Pick<Context, "store">, asked: Asked) {
  const { account, client, grant } = await store.look(TOLD, asked);
  const hasEnded = asked.grantId !== null && (grant === null || grant.revokedAt !== null);
  return account === null || client === null || hasEnded ? null : { account, client };
}

type ClaimsContext = Pick<Context, "store" | "configuration" | "keys" | "catalogue" | "issuer">;

/** The claims, with `sub`; null as for `findTold`. */
export async function claimsAbout(
  context: ClaimsContext,
  asked: Asked,
  scope: readonly Scope[],
  requested: ClaimNames = [],
): Promise<Claims | null> {
  const told = await findTold(context, asked);
  if (told === null) return null;
  const { account, client } = told;
  const askable = askableScope(
    context.catalogue,
    withinPolicy(client, context.configuration, context.catalogue),
  );
  return {
    sub: subjectFor(context, client, account.subject),
    ...personClaims(
      scope,
      toldPerson(account, context.issuer),
      withinScope(requested, askable),
      ownClaims(context, client),
    ),
  };
}

/** What introspection tells of a person beside the facts of the token; null as for `findTold`. */
export async function claimsForCaller(
  context: Omit<ClaimsContext, "catalogue">,
  asked: Asked,
  { tellsEmail, told }: { readonly tellsEmail: boolean; readonly told: readonly Scope[] },
): Promise<{ readonly sub: string; readonly claims: Claims } | null> {
  const found = await findTold(context, asked);
  if (found === null) return null;
  const { account, client } = found;
  const person = toldPerson(account, context.issuer);
  const claims = {
    ...accessTokenClaims(told, person, scopeClaims(context.configuration.claims.scopes)),
    ...(tellsEmail ? personClaims([EMAIL_SCOPE], person) : {}),
  };
  return { sub: subjectFor(context, client, account.subject), claims };
}
