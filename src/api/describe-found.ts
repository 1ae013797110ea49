/** What a search found in JSON: as the management API answers, and as `tessera find` prints with `--json`. */
import { introspectAccessToken } from "../credentials/introspection.ts";
import type { Found, FoundRequest } from "../operations/management/search.ts";
import { explanationFacts } from "../operations/refusals.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { describeGrant, describePerson, describeSession } from "./describe.ts";
import { describeForOperator } from "./describe-client.ts";

export const describeFound = (
  issuer: Pick<Issuer, "identifier" | "url">,
  { people, clients, grants, sessions, tokens }: Found,
  requests: readonly FoundRequest[],
) => ({
  people: people.rows.map((account) => describePerson(issuer, account)),
  clients: clients.rows.map(describeForOperator),
  people_complete: people.isWhole,
  clients_complete: clients.isWhole,
  grants: grants.map(describeGrant),
  sessions: sessions.map((session) => ({ ...describeSession(session), subject: session.subject })),
  tokens: tokens.map((token) => introspectAccessToken(issuer.identifier, token, true)),
  requests: requests.map(({ requestId, ...explanation }) => ({
    request: requestId,
    ...explanationFacts(explanation),
  })),
});
