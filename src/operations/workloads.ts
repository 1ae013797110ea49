/** Workload identity: a token of a trusted issuer authenticates the client that has declared the workload (RFC 7523 §2.2 and §3). */
import type { Proof, WorkloadCredentials } from "../clients/authentication-methods.ts";
import { withinPolicy } from "../clients/clients.ts";
import { OAuthError, REASONS, type Reason } from "../protocol/errors.ts";
import type { Jws } from "../protocol/jws.ts";
import type { Act } from "../rules/events.ts";
import { type ForeignToken, ForeignTokenFault } from "../rules/foreign-token.ts";
import { clientOfWorkload } from "../rules/workload.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { findServedClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { believe, type IsFirst, issuerOf, spend } from "./foreign-tokens.ts";
import { allPages, collect, type Page } from "./paging.ts";
import type { TrustedIssuer } from "./trusted-issuers.ts";

type WorkloadContext = Pick<
  Context,
  "trustedIssuers" | "clock" | "store" | "events" | "configuration" | "catalogue"
>;

/** What a proof needs of its request. */
interface Using {
  readonly act: Act;
  readonly isFirst: IsFirst;
}

/** A token that its issuer signed. */
interface Believed {
  readonly issuer: TrustedIssuer;
  readonly token: ForeignToken;
}

/**
 * The proof of a workload. `find` believes the token and finds its client; `prove` uses it up, if it counts once. Both throw or return
 * reasons with the same public words for every fault.
 */
export function workloadProof(
  context: WorkloadContext,
  { named, assertion }: WorkloadCredentials,
  request: Using,
): {
  find(): Promise<ClientRecord | null>;
  prove(client: ClientRecord): Promise<Reason | Proof>;
} {
  const issuer = issuerFor(context, assertion, named);
  let believed: Believed | null = null;
  const refused = (fault: ForeignTokenFault): OAuthError => {
    context.events.tell(request.act, [
      { event: "workload.refused", via: issuer.issuer, reason: fault.words, client: named },
    ]);
    return new OAuthError("workload_refused", { ...(named !== undefined && { clientId: named }) });
  };
  const refusing = async <Result>(check: () => Promise<Result>): Promise<Result> => {
    try {
      return await check();
    } catch (error) {
      throw error instanceof ForeignTokenFault ? refused(error) : error;
    }
  };
  return {
    find: () =>
      refusing(async () => {
        const token = await believe(context, issuer, assertion, {
          audience: issuer.audience,
          isOnlyForUs: false,
          types: issuer.types,
          maximumLifetimeSeconds: issuer.maximum_lifetime_seconds,
          isForOneUse: issuer.single_use,
        });
        believed = { issuer, token };
        return await clientOf(context, believed, named);
      }),
    async prove({ clientId }) {
      if (believed === null) return "workload_refused";
      const { token } = believed;
      const isFirst: IsFirst = (parts, text) => request.isFirst(["workload", ...parts], text);
      await refusing(async () => {
        if (issuer.single_use) await spend(isFirst, issuer, token);
      });
      context.events.tell({ ...request.act, actor: { kind: "client", id: clientId } }, [
        { event: "workload.authenticated", client: clientId, via: issuer.issuer, workload: token.subject },
      ]);
      return { secretExpiresAt: null };
    },
  };
}

/** The issuer, if it is trusted. A stranger is told the same as of a token that is not a workload's. */
function issuerFor(context: WorkloadContext, jws: Jws, named: string | undefined): TrustedIssuer {
  try {
    return issuerOf(context, jws);
  } catch (error) {
    if (!(error instanceof ForeignTokenFault)) throw error;
    throw new OAuthError("client_assertion_malformed", {
      description: REASONS.workload_refused.description,
      ...(named !== undefined && { clientId: named }),
    });
  }
}

async function clientOf(
  context: WorkloadContext,
  { issuer: { issuer }, token }: Believed,
  named: string | undefined,
): Promise<ClientRecord> {
  const known = named === undefined ? null : await findServedClient(context, named);
  // A client of SPIFFE may send its own identifier as client_id (draft-ietf-oauth-spiffe-client-auth §3.1.2).
  const isNamed = named !== undefined && (known !== null || named !== token.subject);
  const candidates = isNamed ? [known].filter((client) => client !== null) : await everyWorkload(context);
  const found = clientOfWorkload(
    candidates.filter(({ disabledAt }) => disabledAt === null),
    { ...token, issuer },
  );
  if (found === "ambiguous")
    throw new ForeignTokenFault("mismatch", "several clients are this workload: send client_id");
  if (found === "unknown") throw new ForeignTokenFault("mismatch", "no client is this workload");
  return found;
}

/**
 * All clients with workloads. Only a token that a trusted issuer signed leads here; but GitHub signs for everyone, so this is one list and
 * no look for each client.
 */
async function everyWorkload({
  store,
  configuration,
  catalogue,
}: WorkloadContext): Promise<readonly ClientRecord[]> {
  const pages = ({ limit, after = null }: Page<ClientRecord>) =>
    store.list(clients, { where: { isWorkload: true }, after, limit });
  return (await collect(allPages(pages))).map((client) => withinPolicy(client, configuration, catalogue));
}
