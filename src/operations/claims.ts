/** What an application is told of a person: the facts for `personClaims`, found in one look. */
import { type ClaimMapping, namedClaims } from "../protocol/claim-mapping.ts";
import type { Scope, SubjectId } from "../protocol/identifiers.ts";
import {
  CLAIM_NAMES,
  type Claims,
  type OwnClaims,
  personClaims,
  type RequestedClaims,
  toldPerson,
} from "../rules/claims.ts";
import { subjectFor } from "../rules/subject.ts";
import { row } from "../store/contract.ts";
import { accounts, clients } from "../store/tables.ts";
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
};

/** The claims, with `sub`; null if there is no such person or client. */
export async function claimsAbout(
  context: Pick<Context, "store" | "configuration" | "keys" | "issuer">,
  { subject, clientId }: { readonly subject: SubjectId; readonly clientId: string },
  scope: readonly Scope[],
  requested: RequestedClaims = [],
): Promise<Claims | null> {
  const { account, client } = await context.store.look(TOLD, { subject, clientId });
  if (account === null || client === null) return null;
  return {
    sub: subjectFor(context, client, account.subject),
    ...personClaims(scope, toldPerson(account, context.issuer), requested, ownClaims(context, client)),
  };
}
