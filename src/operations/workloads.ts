/** Workload identity: a token of a trusted issuer authenticates the client that has declared the workload (RFC 7523 §2.2 and §3). */
import type { Jws } from "../protocol/jws.ts";
import { actOfClient, actOfStranger, type Origin } from "../rules/events.ts";
import type { ForeignToken } from "../rules/foreign-token.ts";
import { clientOfWorkload } from "../rules/workload.ts";
import { type ClientRecord, clients } from "../store/tables.ts";
import { findServedClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { believe, type ForeignContext, ForeignFault, issuerOf, spend } from "./foreign-tokens.ts";
import { allPages, type Page } from "./paging.ts";

type WorkloadContext = ForeignContext & Pick<Context, "configuration" | "catalogue">;

export interface AuthenticatedWorkload {
  readonly client: ClientRecord;
  /** When the token no longer counts. */
  readonly expiresAt: number;
  /** Whether the same token may come again: then the caller may remember it. */
  readonly mayComeAgain: boolean;
}

/**
 * The client of the workload. `clientId`: the parameter, if the request has one. Throws ForeignFault with words for the log: every
 * client is told the same.
 */
export async function authenticateWorkload(
  context: WorkloadContext,
  origin: Origin,
  jws: Jws,
  clientId: string | undefined,
): Promise<AuthenticatedWorkload> {
  const issuer = issuerOf(context, jws);
  const token = await believe(context, issuer, jws, {
    audience: issuer.audience,
    isOnlyForUs: false,
    types: issuer.types,
    maximumLifetimeSeconds: issuer.maximum_lifetime_seconds,
    isForOneUse: issuer.single_use,
  });
  const client = await clientOf(context, issuer.issuer, token, clientId);
  if (issuer.single_use) await spend(context, actOfStranger(origin), "client_assertion", issuer, token);
  context.events.tell(actOfClient(origin, client.clientId), [
    {
      event: "workload.authenticated",
      client: client.clientId,
      via: issuer.issuer,
      workload: token.subject,
    },
  ]);
  return { client, expiresAt: token.expiresAt, mayComeAgain: !issuer.single_use };
}

async function clientOf(
  context: WorkloadContext,
  issuer: string,
  token: ForeignToken,
  clientId: string | undefined,
): Promise<ClientRecord> {
  const named = { ...token, issuer };
  // A client of SPIFFE may send its own identifier as client_id (draft-ietf-oauth-spiffe-client-auth §3.1.2).
  const known = clientId === undefined ? null : await findServedClient(context, clientId);
  const isNamed = clientId !== undefined && (known !== null || clientId !== token.subject);
  const candidates = isNamed ? [known].filter((client) => client !== null) : await everyWorkload(context);
  const found = clientOfWorkload(
    candidates.filter(({ disabledAt }) => disabledAt === null),
    named,
  );
  if (found === "ambiguous")
    throw new ForeignFault("mismatch", "several clients are this workload: send client_id");
  if (found === "unknown") throw new ForeignFault("mismatch", "no client is this workload");
  return found;
}

/** All clients with workloads. Only a token that a trusted issuer signed leads here. */
async function everyWorkload({ store, configuration, catalogue }: WorkloadContext): Promise<ClientRecord[]> {
  const found: ClientRecord[] = [];
  const pages = ({ limit, after = null }: Page<ClientRecord>) =>
    store.list(clients, { where: { isWorkload: true }, after, limit });
  for await (const client of allPages(pages)) {
    const served = await findServedClient({ store, configuration, catalogue }, client.clientId);
    if (served !== null) found.push(served);
  }
  return found;
}
