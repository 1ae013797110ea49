/**
 * The client on whose behalf a request acts. This file remembers clients that authenticated before, with their
 * revision, by their credentials. So a request need not read its client in a separate look. The memory decides nothing:
 * the look or the commit of the request also finds the client's present revision. If it differs, the request reads the
 * client again and starts over.
 */
import {
  type AuthenticatedClient,
  type PresentedCredentials,
  presentedCredentials,
  proofWith,
  requireAuthenticated,
} from "../clients/authentication.ts";
import type { Credentials, Proof } from "../clients/authentication-methods.ts";
import type { Incoming } from "../platform/http.ts";
import { OAuthError, type Reason } from "../protocol/errors.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { type Act, actOfStranger } from "../rules/events.ts";
import { row } from "../store/contract.ts";
import { type ClientRecord, clients } from "../store/tables/clients.ts";
import { type ProofContext, ProvenRequest, proofOf } from "./client-proofs.ts";
import { findServedClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { NOTHING_PROVEN, type Possession } from "./possession.ts";

/**
 * The entry of a plan that finds the caller's revision and its number, since another client may have the identifier by now.
 * Its parameter is `callerId`.
 */
export const CALLER = row(clients, { clientId: "$callerId" }, ["number", "revision"]);

type CallerFacts = Pick<ClientRecord, "number" | "revision"> | null;

interface CallerContext extends ProofContext, Pick<Context, "callers" | "clientCertificates"> {
  readonly limits: Pick<Context["limits"], "clientSecretPerAddress">;
}

/** The client has changed since it authenticated. */
class CallerChanged extends Error {
  override readonly name = "CallerChanged";
}

export class Caller {
  readonly client: AuthenticatedClient;
  isConfirmed: boolean;
  /** What the request proves beside the credentials, for the tokens that it gets. */
  possession: Possession = NOTHING_PROVEN;

  constructor(client: AuthenticatedClient, isConfirmed: boolean) {
    this.client = client;
    this.isConfirmed = isConfirmed;
  }

  /** The parameter for `CALLER`. */
  get callerId(): string {
    return this.client.clientId;
  }

  /**
   * Compares the remembered client with the client that a look found. Throws CallerChanged, which starts the act over,
   * if it differs.
   */
  confirm(found: CallerFacts): void {
    const { number, revision } = this.client;
    if (found?.number !== number || found.revision !== revision) throw new CallerChanged();
    this.isConfirmed = true;
  }

  /** For an act whose commit, guarded by the revision, was stale. Throws CallerChanged. */
  changed(): never {
    throw new CallerChanged();
  }
}

/** The act, with the client as its actor. */
export const actOf = (act: Act, { client }: Caller): Act => ({
  ...act,
  actor: { kind: "client", id: client.clientId },
});

/** How often a client may change while one request acts for it. */
const ATTEMPTS = 10;

/**
 * Authenticates the client and acts for it. The client is confirmed before any answer or refusal is sent.
 * Throws `invalid_client` (401), for contradicting credentials `invalid_request`, and `too_many_requests` (429) after too
 * many wrong secrets. `endsAccess`: the act ends access, so neither an overload nor a full disk may block it. `find`: finds clients.
 * Default: those that have a row.
 */
export async function asClient<Result>(
  context: CallerContext,
  incoming: Pick<Incoming, "request" | "address" | "requestId" | "isFromProxy">,
  parameters: Parameters,
  act: (caller: Caller) => Promise<Result>,
  {
    endsAccess = false,
    find = (clientId) => findServedClient(context, clientId),
  }: { readonly endsAccess?: boolean; readonly find?: ProvenRequest["find"] } = {},
): Promise<Result> {
  const { callers, clock, clientCertificates } = context;
  const certificate = clientCertificates.of(incoming);
  const credentials = presentedCredentials(incoming.request, parameters, certificate);
  const request = new ProvenRequest(actOfStranger(incoming), find, endsAccess);
  let wasKnown = false;
  for (let attempt = 1; ; attempt += 1) {
    const remembered = attempt === 1 ? callers.recall(credentials, clock.seconds()) : null;
    wasKnown ||= remembered !== null;
    const caller =
      remembered === null
        ? new Caller(await authenticate(context, credentials, request, wasKnown ? null : incoming), true)
        : new Caller(remembered, false);
    try {
      try {
        const result = await act(caller);
        if (!caller.isConfirmed) await confirm(context, caller);
        return result;
      } catch (error) {
        if (error instanceof OAuthError && !caller.isConfirmed) await confirm(context, caller);
        throw error;
      }
    } catch (error) {
      if (!(error instanceof CallerChanged)) throw error;
      callers.forget(credentials);
      if (attempt === ATTEMPTS) throw new OAuthError("busy", { retryAfterSeconds: 1 });
    }
  }
}

const CONFIRM = { caller: CALLER };

async function confirm({ store }: CallerContext, caller: Caller): Promise<void> {
  caller.confirm((await store.look(CONFIRM, { callerId: caller.callerId })).caller);
}

/**
 * Reads the client and checks its credentials. Wrong secrets count for the client and the network that they come from: no
 * network guesses without limit, and no network locks the client out elsewhere. A signature cannot be guessed, so wrong ones
 * count for nothing. `from`: null for credentials that were right before, which are no guess.
 */
async function authenticate(
  context: CallerContext,
  presented: PresentedCredentials,
  request: ProvenRequest,
  from: Pick<Incoming, "address"> | null,
): Promise<AuthenticatedClient> {
  const { callers, limits } = context;
  const candidateOf = async (credentials: Credentials) => {
    const { find, prove } = proofOf(context, request, credentials);
    return { credentials, client: await find(), prove };
  };
  const [first, ...others] = presented.read();
  const asSpecified = await candidateOf(first);
  // Every reading is looked up, whatever the first one finds, so that the time tells nothing about it.
  const otherwise = await Promise.all(others.map(candidateOf));
  // Nothing is awaited for secrets from here on, so a hundred parallel guesses count a hundred, and as many right secrets none.
  const limit = limits.clientSecretPerAddress;
  const { clientId } = first;
  const key = from === null || first.kind !== "secret" ? null : `${from.address} ${clientId}`;
  const retryAfterSeconds = key === null ? 0 : limit.attempt(key);
  if (retryAfterSeconds > 0) throw new OAuthError("too_many_requests", { clientId, retryAfterSeconds });
  const proving = [asSpecified, ...otherwise].map(({ client, prove }) => proofWith(client, prove));
  const [proof = "client_unknown", ...proofs] = proving.every(isSettled)
    ? proving
    : await Promise.all(proving);
  const authenticated = requireAuthenticated(
    [
      { ...asSpecified, proof },
      ...otherwise.map((candidate, index) => ({ ...candidate, proof: proofs[index] ?? "client_unknown" })),
    ],
    presented,
  );
  if (key !== null) limit.forgive(key);
  callers.remember(presented, authenticated);
  return authenticated.client;
}

const isSettled = (proof: Reason | Proof | Promise<Reason | Proof>): proof is Reason | Proof =>
  !(proof instanceof Promise);
