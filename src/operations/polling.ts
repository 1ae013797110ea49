/** A client polls the token endpoint for what a person is asked: with a device code (RFC 8628 §3.4), or with an `auth_req_id` (CIBA §10.1). */
import { type CredentialKind, parseCredential } from "../credentials/credential.ts";
import { mintAccessToken, mintedResponse, mintRefreshToken } from "../credentials/issue.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { concluded, type Decision } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import { type PolledFacts, type PolledKind, pollFault, redeemPolled } from "../rules/polling.ts";
import { type RequestedTarget, redeemedTarget } from "../rules/scope.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import type { AccountRecord } from "../store/tables/people.ts";
import { actOf, type Caller } from "./caller.ts";
import { useFault } from "./client-access.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import type { Issued } from "./issued.ts";

/** What is redeemed, and how it is found. */
export interface Polling {
  readonly kind: PolledKind;
  readonly credential: CredentialKind;
  /** One look. `caller`: the client that polls, as it is now. */
  readonly find: (
    id: RecordId | null,
    callerId: string,
  ) => Promise<
    PolledFacts & {
      readonly caller: Pick<ClientRecord, "number" | "revision"> | null;
      /** The person of the grant, for an ID token. Missing: it is looked up for those that get one. */
      readonly account?: AccountRecord | null;
    }
  >;
}

/** A client asks for its tokens. */
export interface PolledRedemption {
  readonly presented: string;
  readonly target: RequestedTarget;
}

/** The tokens; or why there are none, yet or at all. */
export async function redeem(
  context: Context,
  act: Act,
  caller: Caller,
  { kind, credential, find }: Polling,
  { presented: text, target }: PolledRedemption,
): Promise<Issued | OAuthError> {
  const { clock, catalogue, pollPace } = context;
  const { client } = caller;
  const presented = parseCredential(credential, text);
  const refuse = (reason: Reason): Decision<OAuthError> =>
    concluded(new OAuthError(reason, { clientId: client.clientId }));
  let hasCounted = false;
  return outcomeOf<Issued | OAuthError>(context, actOf(act, caller), async () => {
    const facts = await find(presented?.id ?? null, caller.callerId);
    caller.confirm(facts.caller);
    const now = clock.seconds();
    const fault = pollFault(kind, presented, facts, client.clientId, now);
    const { asked, grant } = facts;
    if (asked !== null && fault === "authorization_pending" && !hasCounted) {
      hasCounted = true;
      if (pollPace.isTooFast(asked.id)) return refuse("slow_down");
    }
    if (fault !== null || asked === null || grant === null) return refuse(fault ?? kind.reasons.unknown);
    const useless = await useFault(context, client, grant);
    if (useless !== null) return refuse(useless);
    const allowed = redeemedTarget(catalogue, grant, client, target);
    const { scope, resources } = allowed;
    const confirmation = await caller.possession.use();
    const accessToken = mintAccessToken(context, { client, grant, ...allowed, confirmation });
    const refreshToken = mintRefreshToken(context, client, grant.id, confirmation);
    const decision = redeemPolled(kind, facts, client, {
      now,
      accessToken: accessToken.record,
      refreshToken: refreshToken?.record ?? null,
    });
    pollPace.forget(asked.id);
    if (decision.outcome === "refused") return refuse(kind.reasons.used);
    const response = mintedResponse(accessToken, refreshToken, scope);
    return {
      ...decision,
      outcome: {
        response,
        accessToken: accessToken.record,
        grant,
        scope,
        resources,
        nonce: null,
        ...(facts.account !== undefined && { account: facts.account }),
      },
    };
  });
}
