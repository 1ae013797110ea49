/** RFC 9126: a client pushes an authorization request, and a browser comes with its `request_uri`. */
import { isPublic } from "../clients/authentication-methods.ts";
import { type MintedCredential, mintCredential, parseCredential } from "../credentials/credential.ts";
import { OAuthError } from "../protocol/errors.ts";
import { credentialIn } from "../protocol/pushed-request.ts";
import { isVouchedFor } from "../rules/client.ts";
import type { Act } from "../rules/events.ts";
import * as rules from "../rules/pushed-request.ts";
import { row } from "../store/contract.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { grants } from "../store/tables/grants.ts";
import { codes, type PushedRequestRecord, pushedRequests } from "../store/tables/requests.ts";
import { actOf, CALLER, type Caller } from "./caller.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";
import type { SignedIn } from "./sessions.ts";

/** A request that a client pushed, as the browser came with it. */
export interface PushedRequest {
  readonly record: PushedRequestRecord;
  /** The credential of the `request_uri`. */
  readonly credential: string;
}

export interface NewPushedRequest {
  /** Checked as a request at the authorization endpoint is. */
  readonly parameters: PushedRequestRecord["parameters"];
  readonly signed: boolean;
}

type WritingContext = Pick<Context, "store" | "events" | "clock">;

const PUSHING = { caller: CALLER };

/** Whether any stranger can push as this client: it proves nothing, or registered itself. */
export const isOfStranger = (
  client: ClientRecord,
  { registration }: Pick<Context["configuration"], "registration">,
): boolean => isPublic(client) || !isVouchedFor(client, registration);

/** Keeps the request until its lifetime is over, or a person comes with it. Throws OAuthError if it is too long. */
export async function pushRequest(
  context: Pick<Context, "store" | "events" | "clock" | "random" | "configuration">,
  act: Act,
  caller: Caller,
  { parameters, signed }: NewPushedRequest,
): Promise<MintedCredential> {
  const { store, clock, random, configuration } = context;
  const { clientId, number } = caller.client;
  const isStranger = isOfStranger(caller.client, configuration);
  if (rules.isTooLong({ parameters }, isStranger))
    throw new OAuthError("body_too_large", {
      clientId,
      description: `The request has more than ${rules.longestRequest(isStranger)} bytes.`,
    });
  const credential = mintCredential("pushed_request", clock, random);
  await outcomeOf(context, actOf(act, caller), async () => {
    // The client of a document that no person has allowed anything has no row.
    if (!caller.isConfirmed)
      caller.confirm((await store.look(PUSHING, { callerId: caller.callerId })).caller);
    const createdAt = clock.seconds();
    return rules.pushRequest({
      id: credential.id,
      digest: credential.digest,
      clientId,
      clientNumber: number,
      parameters,
      signed,
      createdAt,
      openedAt: null,
      expiresAt: createdAt + configuration.lifetimes.pushed_request_seconds,
      usedAt: null,
      resultId: null,
    });
  });
  return credential;
}

const PUSHED = { pushed: row(pushedRequests, { id: "$id" }) };

/** The request of this client with this `request_uri`. Throws OAuthError, which only a page may show: no address is known yet. */
export async function findPushedRequest(
  { store, clock }: Pick<Context, "store" | "clock">,
  client: Pick<ClientRecord, "clientId" | "number" | "source">,
  requestUri: string,
): Promise<PushedRequest> {
  const credential = credentialIn(requestUri) ?? "";
  const presented = parseCredential("pushed_request", credential);
  const { pushed } = await store.look(PUSHED, { id: presented?.id ?? null });
  const fault = rules.requestFault(presented, pushed, client, clock.seconds());
  if (fault !== null || pushed === null)
    throw new OAuthError(fault ?? "pushed_request_unknown", { clientId: client.clientId });
  return { record: pushed, credential };
}

/** A person is asked about the request (`openRequest`). */
export async function openPushedRequest(
  context: WritingContext,
  act: Act,
  { record: { id, openedAt } }: PushedRequest,
): Promise<void> {
  if (openedAt !== null) return;
  await outcomeOf(context, act, async () =>
    rules.openRequest((await context.store.look(PUSHED, { id })).pushed, context.clock.seconds()),
  );
}

/** The person leaves without an answer. False if the request was answered before. */
export const leavePushedRequest = (
  context: WritingContext,
  act: Act,
  { record: { id } }: PushedRequest,
): Promise<boolean> =>
  outcomeOf(context, act, async () =>
    rules.leaveRequest((await context.store.look(PUSHED, { id })).pushed, context.clock.seconds()),
  );

/** A code has the shard of its person, not that of the pushed request (decision 23). */
const RESULT = { code: row(codes, { id: "$id" }), grant: row(grants, { id: "$id" }) };

/** How the request was answered before (`rules.earlierAnswer`). `signedIn`: null for a person who is not. */
export async function findPushedAnswer(
  { store, clock }: Pick<Context, "store" | "clock">,
  { record: { id } }: PushedRequest,
  signedIn: SignedIn | null,
): Promise<ReturnType<typeof rules.earlierAnswer>> {
  const { pushed } = await store.look(PUSHED, { id });
  const result = await store.look(RESULT, { id: pushed?.resultId ?? null });
  return rules.earlierAnswer({ pushed, ...result }, signedIn?.session ?? null, clock.seconds());
}
