/** Sends the pings that wait (CIBA §10.2, `rules/ping.ts`): a client that hears of the answer need not poll for it. */
import { recordIdText } from "../credentials/credential.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Outbound } from "../platform/outbound.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import { mayAsk } from "../rules/backchannel-request.ts";
import { SERVER_ACT } from "../rules/events.ts";
import type { Answer } from "../rules/outbox.ts";
import * as rules from "../rules/ping.ts";
import { row, type Store } from "../store/contract.ts";
import { type BackchannelRequestRecord, backchannelRequests } from "../store/tables/requests.ts";
import { findClient } from "./clients.ts";
import { type DecideContext, outcomeOf } from "./decide.ts";
import { deliver } from "./delivery.ts";
import { type Attempted, createSender, type Sender, type SenderContext } from "./outbox.ts";

export interface PingSenderContext extends DecideContext, SenderContext {
  readonly keys: ServerKeys;
  readonly outbound: Outbound;
}

/** A client that takes longer is down, or as good as. */
const TIMEOUT_MILLIS = 5000;

const REQUEST = { request: row(backchannelRequests, { id: "$id" }) };

export const createPingSender = (context: PingSenderContext): Sender =>
  createSender(context, "a ping", [
    {
      first: (limit) => findWaitingPings(context, limit),
      async giveUp(rows) {
        for (const request of rows)
          await conclude(context, request, { outcome: "refused", reason: request.lastFault ?? "expired" });
      },
      // All at once: a client that is down leaves the way to the others.
      attempts: (rows) => [() => sendAll(context, rows)],
    },
  ]);

/** The requests whose ping waits, by the time of their next attempt. */
export const findWaitingPings = (
  { store }: { readonly store: Store },
  limit: number,
): Promise<BackchannelRequestRecord[]> =>
  store.list(backchannelRequests, { where: { waits: true }, order: ["nextAt", "id"], limit });

async function sendAll(
  context: PingSenderContext,
  due: readonly BackchannelRequestRecord[],
): Promise<Attempted> {
  await Promise.all(due.map(({ id }) => send(context, id)));
  return "done";
}

const find = async ({ store }: PingSenderContext, id: RecordId) =>
  (await store.look(REQUEST, { id })).request;

const conclude = (
  context: PingSenderContext,
  request: BackchannelRequestRecord,
  answer: Answer,
): Promise<boolean> =>
  outcomeOf(context, SERVER_ACT, async () =>
    rules.conclude(request, await find(context, request.id), answer, context.clock.seconds()),
  );

async function send(context: PingSenderContext, id: RecordId): Promise<void> {
  const request = await outcomeOf(context, SERVER_ACT, async () =>
    rules.claim(await find(context, id), context.clock.seconds()),
  );
  if (request !== null) await conclude(context, request, await post(context, request));
}

/** §9: the client knows the ping by the token that it sent with its request. Nothing follows a redirect (§10.2). */
async function post(context: PingSenderContext, request: rules.PingingRequest): Promise<Answer> {
  const { keys, outbound } = context;
  const client = await findClient(context, request.clientId);
  const url = mayAsk(client) ? client.backchannelClientNotificationEndpoint : null;
  if (url === null) return { outcome: "refused", reason: "no_endpoint" };
  const secrets = unsealPing(keys, request);
  if (secrets === null) return { outcome: "refused", reason: "unreadable" };
  const { authReqId, token } = secrets;
  return deliver(outbound, {
    purpose: "pings",
    url,
    headers: { Authorization: `Bearer ${token}` },
    json: JSON.stringify({ auth_req_id: authReqId }),
    types: [],
    timeoutMillis: TIMEOUT_MILLIS,
  });
}

interface PingSecrets {
  readonly authReqId: string;
  readonly token: string;
}

/** What a ping says and proves. The row has it sealed: with the `auth_req_id` a thief of the database would come for the tokens. */
export const sealPing = (keys: ServerKeys, id: RecordId, { authReqId, token }: PingSecrets): Uint8Array =>
  keys.seal("ping", recordIdText(id), Buffer.from(`${authReqId} ${token}`));

/** Null if no secret at hand opens it. */
function unsealPing(keys: ServerKeys, { id, sealedPing }: rules.PingingRequest): PingSecrets | null {
  let text: string;
  try {
    text = Buffer.from(keys.unseal("ping", recordIdText(id), sealedPing)).toString();
  } catch {
    return null;
  }
  const [authReqId = "", token = ""] = text.split(" ");
  return { authReqId, token };
}
