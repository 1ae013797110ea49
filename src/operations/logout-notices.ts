/**
 * Sends the notices of ended sessions to the clients (Back-Channel Logout 1.0). A sign-out sends its own at once; the others wait in the
 * outbox (`outbox.ts`): those of the command line, of a process that was killed, and those whose client did not answer.
 */
import { idTokenAlgorithm } from "../clients/openid-metadata.ts";
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId, recordIdText } from "../credentials/credential.ts";
import { sessionIdFor } from "../credentials/id-token.ts";
import { LOGOUT_TOKEN_TYPE, logoutTokenClaims } from "../credentials/logout-token.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Outbound } from "../platform/outbound.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { canSignFor } from "../protocol/security-profile.ts";
import { isEnabled } from "../rules/client.ts";
import { SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/logout-notice.ts";
import type { Answer } from "../rules/outbox.ts";
import { subjectFor } from "../rules/subject.ts";
import { row } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import type { ClientRecord } from "../store/tables/clients.ts";
import { type GrantRecord, grants } from "../store/tables/grants.ts";
import { type LogoutNoticeRecord, logoutNotices } from "../store/tables/waiting.ts";
import { findClient } from "./clients.ts";
import { decide, outcomeOf } from "./decide.ts";
import { deliver } from "./delivery.ts";
import type { EndingContext, LogoutSender } from "./ending.ts";
import { type Attempted, createSender, logFault, type SenderContext } from "./outbox.ts";
import { allPages, type Page } from "./paging.ts";
import type { SigningKeyRing } from "./signing-keys.ts";

export interface LogoutSenderContext extends EndingContext, SenderContext {
  readonly configuration: Pick<Configuration, "signing">;
  readonly issuer: Pick<Issuer, "identifier">;
  readonly keys: ServerKeys;
  readonly signingKeys: Pick<SigningKeyRing, "sign">;
  readonly outbound: Outbound;
}

/** A client that takes longer for one notice is down, or as good as. */
const TIMEOUT_MILLIS = 5000;

/**
 * What one look spends on one client, however many notices wait for it. A client that takes its time and then says yes would hold up
 * all others otherwise.
 */
const TURN_MILLIS = 5000;

const NOTICE = { notice: row(logoutNotices, { id: "$id" }) };

/** `turnMillis`: default `TURN_MILLIS`. */
export function createLogoutSender(context: LogoutSenderContext, turnMillis = TURN_MILLIS): LogoutSender {
  const underWay = new Set<Promise<unknown>>();
  const sender = createSender(context, "a notice of a sign-out", [
    {
      first: (limit) => findWaitingNotices(context, limit),
      async giveUp(rows) {
        for (const notice of rows)
          if (rules.isForClient(notice))
            await conclude(context, notice, { outcome: "refused", reason: "expired" });
          else await decide(context, SERVER_ACT, async () => rules.drop(notice));
      },
      attempts: (rows) => [() => sendAll(context, rows, turnMillis)],
    },
  ]);
  return {
    ...sender,
    async deliver(id, patienceMillis) {
      const all: Promise<unknown> = spread(context, id)
        .then(async (notices) => {
          await Promise.all(notices.map((notice) => send(context, notice)));
        })
        // The notice is in the database, and the next look finds it.
        .catch((error: unknown) => logFault(context, "a notice of a sign-out", error))
        .finally(() => underWay.delete(all));
      underWay.add(all);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMillis);
      });
      await Promise.race([all, patience]);
      clearTimeout(timer);
    },
    async settled() {
      await Promise.all([sender.settled(), ...underWay]);
    },
  };
}

/** The notices that wait, by the time of their next attempt. */
export const findWaitingNotices = (
  { store }: Pick<LogoutSenderContext, "store">,
  limit: number,
): Promise<LogoutNoticeRecord[]> =>
  store.list(logoutNotices, { where: { waits: true }, order: ["nextAt", "id"], limit });

const findNotice = async ({ store }: Pick<LogoutSenderContext, "store">, id: RecordId) =>
  (await store.look(NOTICE, { id })).notice;

/** The clients of the ended sessions that have an address for it, each with every session of theirs. */
async function findTold(context: LogoutSenderContext, notice: LogoutNoticeRecord): Promise<rules.Told[]> {
  const { store, clock, random } = context;
  const { subject } = notice;
  const told = new Map<string, Omit<rules.Told, "client"> & Pick<GrantRecord, "clientId">>();
  const ofPerson = ({ limit, after = null }: Page<GrantRecord>) =>
    store.list(grants, { where: { subject }, after, limit });
  for await (const grant of allPages(ofPerson)) {
    const { clientId, session } = grant;
    if (session === null || !rules.isTold(notice, grant)) continue;
    const id = newRecordId(clock, random, shardOf(notice.id));
    told.set(`${clientId} ${recordIdText(session)}`, { clientId, session, id });
  }
  const wanting = new Map<string, ClientRecord>();
  for (const clientId of new Set([...told.values()].map((each) => each.clientId))) {
    const client = await findClient(context, clientId);
    if (wantsNotices(client)) wanting.set(clientId, client);
  }
  return [...told.values()].flatMap(({ clientId, session, id }) => {
    const client = wanting.get(clientId);
    return client === undefined ? [] : [{ client, session, id }];
  });
}

type Notified = ClientRecord & { readonly backchannelLogoutUri: string };

const wantsNotices = (client: ClientRecord | null): client is Notified =>
  isEnabled(client) && client.backchannelLogoutUri !== null;

const spread = (context: LogoutSenderContext, id: RecordId): Promise<readonly rules.ClientNotice[]> =>
  outcomeOf(context, SERVER_ACT, async () => {
    const notice = await findNotice(context, id);
    const told = notice === null ? [] : await findTold(context, notice);
    return rules.spread(notice, told, context.clock.seconds());
  });

const claim = (context: LogoutSenderContext, id: RecordId): Promise<rules.ClientNotice | null> =>
  outcomeOf(context, SERVER_ACT, async () =>
    rules.claim(await findNotice(context, id), context.clock.seconds()),
  );

/** Takes all of them, so that those of a client that is down leave the way to others. */
async function sendAll(
  context: LogoutSenderContext,
  due: readonly LogoutNoticeRecord[],
  turnMillis: number,
): Promise<Attempted> {
  const found: rules.ClientNotice[] = [];
  for (const notice of due) {
    if (!rules.isForClient(notice)) found.push(...(await spread(context, notice.id)));
    else {
      const claimed = await claim(context, notice.id);
      if (claimed !== null) found.push(claimed);
    }
  }
  const byClient = Map.groupBy(found, ({ clientId }) => clientId);
  await Promise.all([...byClient.values()].map((notices) => sendInTurn(context, notices, turnMillis)));
  return "done";
}

/** A client that is down costs one attempt of each notice, and a slow one a turn: its other notices come soon after. */
async function sendInTurn(
  context: LogoutSenderContext,
  notices: readonly rules.ClientNotice[],
  turnMillis: number,
): Promise<void> {
  const turn = AbortSignal.timeout(turnMillis);
  for (const notice of notices) {
    if (turn.aborted) await putBack(context, notice);
    else if (!(await send(context, notice))) return;
  }
}

const putBack = (context: LogoutSenderContext, notice: rules.ClientNotice): Promise<unknown> =>
  decide(context, SERVER_ACT, async () =>
    rules.putBack(notice, await findNotice(context, notice.id), context.clock.seconds()),
  );

const conclude = (
  context: LogoutSenderContext,
  notice: rules.ClientNotice,
  answer: Answer,
): Promise<boolean> =>
  outcomeOf(context, SERVER_ACT, async () =>
    rules.conclude(notice, await findNotice(context, notice.id), answer, context.clock.seconds()),
  );

/** False if another attempt is to come. */
async function send(context: LogoutSenderContext, notice: rules.ClientNotice): Promise<boolean> {
  const client = await findClient(context, notice.clientId);
  if (!wantsNotices(client)) {
    await decide(context, SERVER_ACT, async () => rules.drop(notice));
    return true;
  }
  return conclude(context, notice, await post(context, client, notice));
}

/** §2.5. Each attempt has a token of its own, because a token is short-lived. */
async function post(
  context: LogoutSenderContext,
  client: Notified,
  { session, subject }: rules.ClientNotice,
): Promise<Answer> {
  const { outbound, issuer, keys, clock, random, configuration, signingKeys } = context;
  const { clientId } = client;
  const claims = logoutTokenClaims(
    {
      issuer: issuer.identifier,
      clientId,
      subject: subjectFor(context, client, subject),
      sid: sessionIdFor(keys, session, clientId),
      id: recordIdText(newRecordId(clock, random)),
    },
    clock.seconds(),
  );
  // The operator may add one again before the notice is given up.
  if (!canSignFor(client, configuration.signing.algorithms))
    return { outcome: "failed", reason: "profile_algorithm_missing" };
  const algorithm = idTokenAlgorithm(client, configuration.signing);
  const token = await signingKeys.sign(algorithm, LOGOUT_TOKEN_TYPE, claims);
  return deliver(outbound, {
    purpose: "notices",
    url: client.backchannelLogoutUri,
    form: { logout_token: token },
    types: [],
    timeoutMillis: TIMEOUT_MILLIS,
  });
}
