/** What an application is told of a person: the facts for `personClaims`, found in one look. */
import { withinPolicy } from "../clients/clients.ts";
import { type ClaimMapping, namedClaims } from "../protocol/claim-mapping.ts";
import type { RecordId, Scope, SubjectId } from "../protocol/identifiers.ts";
import {
  CLAIM_NAMES,
  type Claims,
  type OwnClaims,
  personClaims,
  type RequestedClaims,
  withinScope,
} from "../rules/claims.ts";
import { askableScope } from "../rules/scope.ts";
import { subjectFor } from "../rules/subject.ts";
import { row } from "../store/contract.ts";
import { accounts, clients, grants } from "../store/tables.ts";
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

const TOLD = {
  account: row(accounts, { subject: "$subject" }),
  client: row(clients, { clientId: "$clientId" }),
  grant: row(grants, { id: "$grantId" }, ["revokedAt"]),
};

/**
 * The claims, with `sub`; null if there is no such person or client, or if the grant has ended. One look finds all: a grant ends
 * when its client is to know the person under another name, which no token of before may tell.
 */
export async function claimsAbout(
  context: Pick<Context, "store" | "configuration" | "keys" | "catalogue">,
  about: {
    readonly subject: SubjectId;
    readonly clientId: string;
    /** Null for a preview. */
    readonly grantId: RecordId | null;
  },
  scope: readonly Scope[],
  requested: RequestedClaims = [],
): Promise<Claims | null> {
  const { account, client, grant } = await context.store.look(TOLD, about);
  if (account === null || client === null) return null;
  if (about.grantId !== null && (grant === null || grant.revokedAt !== null)) return null;
  const askable = askableScope(
    context.catalogue,
    withinPolicy(client, context.configuration, context.catalogue),
  );
  return {
    sub: subjectFor(context, client, account.subject),
    ...personClaims(scope, account, withinScope(requested, askable), ownClaims(context, client)),
  };
}
