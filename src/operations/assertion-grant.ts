/**
 * RFC 7523 §2.1 and ID-JAG: an assertion of a trusted issuer stands for a person, and a client gets an access token for it. The operator
 * has said for which issuer, clients, people and scope (`trusted_issuers.people`); everything else is refused.
 */
import { isConfidential } from "../clients/authentication.ts";
import { mintCredential, newRecordId } from "../credentials/credential.ts";
import { mintAccessToken } from "../credentials/issue.ts";
import { ID_JAG_TYPE } from "../protocol/assertions.ts";
import { TOKEN_PATH } from "../protocol/client-authentication.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import { type Jws, timeClaim } from "../protocol/jws.ts";
import { agentOf, productOf } from "../protocol/user-agent.ts";
import {
  assertedTarget,
  grantByAssertion,
  isIdJag,
  mayBeServed,
  requireClient,
  requirePossession,
} from "../rules/assertion-grant.ts";
import { concluded } from "../rules/decision.ts";
import type { Act } from "../rules/events.ts";
import { isPersonNamed, nameOfPerson } from "../rules/foreign-person.ts";
import { type ForeignToken, ForeignTokenFault, type ForeignTokenFaultKind } from "../rules/foreign-token.ts";
import type { RequestedTarget } from "../rules/scope.ts";
import { row } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import { clients } from "../store/tables/clients.ts";
import { type AccountRecord, accounts } from "../store/tables/people.ts";
import { newGrant } from "./authorization.ts";
import { actOf, CALLER, type Caller } from "./caller.ts";
import { useFault } from "./client-access.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import { believe, type IsFirst, issuerOf, parseForeign, spend } from "./foreign-tokens.ts";
import { type Issued, issuedWith } from "./issued.ts";
import { findAccountBySignInName } from "./people.ts";
import { useOnce } from "./single-use.ts";
import type { TrustedIssuer } from "./trusted-issuers.ts";

export interface AssertionRequest {
  readonly assertion: string;
  readonly target: RequestedTarget;
}

type People = NonNullable<TrustedIssuer["people"]>;

const REASONS: Readonly<Record<ForeignTokenFaultKind, Reason>> = {
  malformed: "assertion_malformed",
  untrusted: "assertion_untrusted",
  signature: "assertion_signature",
  untimely: "assertion_untimely",
  mismatch: "assertion_mismatch",
  replayed: "assertion_replayed",
};

/** Exchanges an assertion for an access token. There is no refresh token: the client comes with the next assertion. */
export async function redeemAssertion(
  context: Context,
  act: Act,
  caller: Caller,
  { assertion, target }: AssertionRequest,
): Promise<Issued | OAuthError> {
  const { client } = caller;
  const { clientId } = client;
  // ID-JAG, Client Authentication: a stolen assertion must be worth nothing without the client's own credentials.
  if (!isConfidential(client)) return new OAuthError("client_not_confidential", { clientId });
  try {
    const jws = parseForeign(assertion);
    const issuer = issuerOf(context, jws);
    const people = peopleFor(issuer, jws, clientId);
    const token = await believe(context, issuer, jws, expectedOf(context, issuer, people, jws));
    const isOfIdJag = isIdJag(jws);
    if (isOfIdJag) requireClient(token, clientId);
    requirePossession(token, caller.possession.shown, clientId);
    await confirm(context, caller);
    const isFirst: IsFirst = (parts, until) =>
      useOnce(context, actOf(act, caller), "assertion", parts, until);
    if (people.single_use) await spend(isFirst, issuer, token);
    return await issue(context, act, caller, { issuer, people, token, isOfIdJag, target });
  } catch (error) {
    if (!(error instanceof ForeignTokenFault)) throw error;
    return new OAuthError(REASONS[error.kind], {
      description: `The assertion is not accepted: ${error.words}.`,
      clientId,
    });
  }
}

const CONFIRMED = { caller: CALLER };

/** Before the assertion is used up: if the remembered client has changed, the request starts again, and needs it then. */
async function confirm({ store }: Context, caller: Caller): Promise<void> {
  if (caller.isConfirmed) return;
  caller.confirm((await store.look(CONFIRMED, { callerId: caller.callerId })).caller);
}

/** What the operator said of the people of this issuer, if this client and this kind of assertion are part of it. Throws ForeignTokenFault. */
function peopleFor({ people }: TrustedIssuer, jws: Jws, clientId: string): People {
  if (people === undefined || !people.clients.includes(clientId))
    throw new ForeignTokenFault("untrusted", "its issuer is not trusted here for this client");
  if (!people.profiles.includes(isIdJag(jws) ? "id-jag" : "jwt"))
    throw new ForeignTokenFault("mismatch", `its typ is not ${ID_JAG_TYPE}`);
  return people;
}

function expectedOf({ issuer: own }: Context, issuer: TrustedIssuer, people: People, jws: Jws) {
  const isOfIdJag = isIdJag(jws);
  const endpoints = people.token_endpoint_audience ? [own.url(TOKEN_PATH)] : [];
  return {
    // ID-JAG: "The `aud` claim MUST contain the issuer identifier of the Resource Authorization Server", and no other.
    audience: isOfIdJag ? [own.identifier] : [...issuer.audience, ...endpoints],
    isOnlyForUs: isOfIdJag,
    types: isOfIdJag ? [ID_JAG_TYPE] : issuer.types,
    maximumLifetimeSeconds: people.maximum_lifetime_seconds,
    // ID-JAG: jti and iat are REQUIRED, also where an assertion may be used again.
    isForOneUse: isOfIdJag || people.single_use,
  };
}

interface Accepted {
  readonly issuer: TrustedIssuer;
  readonly people: People;
  readonly token: ForeignToken;
  readonly isOfIdJag: boolean;
  readonly target: RequestedTarget;
}

const FACTS = {
  account: row(accounts, { subject: "$subject" }),
  client: row(clients, { clientId: "$clientId" }),
};

async function issue(
  context: Context,
  act: Act,
  caller: Caller,
  { issuer, people, token, isOfIdJag, target }: Accepted,
): Promise<Issued | OAuthError> {
  const { catalogue, clock, random } = context;
  const { client } = caller;
  const { clientId } = client;
  const refused = (reason: Reason, description?: string) =>
    new OAuthError(reason, { clientId, ...(description !== undefined && { description }) });
  const named = await findPerson(context, people, token);
  if (named instanceof ForeignTokenFault)
    return refused("assertion_person_unknown", `The assertion stands for no person here: ${named.words}.`);
  const { subject } = named;
  const { scope, resources } = assertedTarget(
    catalogue,
    people,
    client,
    isOfIdJag ? token.claims : null,
    target,
  );
  return outcomeOf<Issued | OAuthError>(context, actOf(act, caller), async () => {
    const facts = await context.store.look(FACTS, { subject, clientId: caller.callerId });
    caller.confirm(facts.client);
    const now = clock.seconds();
    const served = mayBeServed(facts);
    if (served !== "served") return concluded(refused(served));
    if (facts.account === null) return concluded(refused("assertion_person_unknown"));
    const grant = newGrant(
      newRecordId(clock, random, shardOf(subject)),
      { account: facts.account, session: authenticationOf(people, token, now) },
      client.clientId,
      {
        scope,
        claims: null,
        resources,
        authorizationDetails: null,
        via: "jwt_bearer",
        session: null,
        address: act.origin?.address ?? "",
        ...productOf(agentOf(act.origin?.request)),
        createdAt: now,
        expiresAt: now,
      },
    );
    const useless = await useFault(context, client, grant);
    if (useless !== null) return concluded(refused(useless));
    const accessToken = mintAccessToken(
      context,
      { client, grant, scope, resources, confirmation: await caller.possession.use() },
      mintCredential("access_token", clock, random, shardOf(grant.id)),
    );
    const decision = grantByAssertion(facts, grant, accessToken.record, { issuer: issuer.issuer, now });
    if (decision.outcome === "refused") return concluded(refused("person_not_allowed"));
    return { ...decision, outcome: issuedWith(accessToken, null, { scope, resources }, grant) };
  });
}

async function findPerson(
  context: Context,
  people: People,
  token: ForeignToken,
): Promise<AccountRecord | ForeignTokenFault> {
  const name = nameOfPerson(people, token);
  if (!("name" in name)) return new ForeignTokenFault("mismatch", name.words);
  const account = await findAccountBySignInName(context, name.name);
  return account !== null && isPersonNamed(account, name)
    ? account
    : new ForeignTokenFault("mismatch", "there is no such person");
}

/** How the person signed in there, as far as it counts here: when, and as the level that the operator has said. */
function authenticationOf(
  { sign_in_level }: People,
  { claims, issuedAt }: ForeignToken,
  now: number,
): Pick<
  Parameters<typeof newGrant>[1]["session"],
  "authenticatedAt" | "authenticationMethods" | "authenticationLevel"
> {
  const time = timeClaim(claims, "auth_time");
  return {
    authenticatedAt: time !== null && time <= now ? Math.floor(time) : Math.min(issuedAt ?? now, now),
    authenticationMethods: [],
    authenticationLevel: sign_in_level,
  };
}
