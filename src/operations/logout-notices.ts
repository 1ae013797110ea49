/**
 * Sends the notices of ended sessions to the clients (Back-Channel Logout 1.0). A sign-out sends its own at once; one process also
 * looks for others at intervals: those of the command line, of a process that was killed, and those whose client did not answer.
 */
import { idTokenAlgorithm } from "../clients/openid-metadata.ts";
import type { Configuration } from "../configuration/schema.ts";
import { newRecordId, recordIdText } from "../credentials/credential.ts";
import { sessionIdFor } from "../credentials/id-token.ts";
import { LOGOUT_TOKEN_TYPE, logoutTokenClaims } from "../credentials/logout-token.ts";
import type { ServerKeys } from "../platform/keys.ts";
import type { Log } from "../platform/log.ts";
import { type Outbound, OutboundError, type OutboundFault } from "../platform/outbound.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Issuer } from "../protocol/issuer.ts";
import { isEnabled } from "../rules/client.ts";
import { SERVER_ACT } from "../rules/events.ts";
import * as rules from "../rules/logout-notice.ts";
import { subjectFor } from "../rules/subject.ts";
import { row, StoreUnavailable } from "../store/contract.ts";
import { shardOf } from "../store/declare.ts";
import {
  type ClientRecord,
  type GrantRecord,
  grants,
  type LogoutNoticeRecord,
  logoutNotices,
} from "../store/tables.ts";
import { findClient } from "./clients.ts";
import { decide, outcomeOf } from "./decide.ts";
import type { EndingContext, LogoutSender } from "./ending.ts";
import { allPages, type Page } from "./paging.ts";
import type { SigningKeyRing } from "./signing-keys.ts";

export interface LogoutSenderContext extends EndingContext {
  readonly configuration: Pick<Configuration, "signing">;
  readonly issuer: Pick<Issuer, "identifier">;
  readonly keys: ServerKeys;
  readonly signingKeys: Pick<SigningKeyRing, "sign">;
  readonly outbound: Outbound;
  readonly log: Log;
}

/** A client that takes longer for one notice is down, or as good as. */
const TIMEOUT_MILLIS = 5000;

/**
 * What one look spends on one client, however many notices wait for it. A client that takes its time and then says yes would hold up
 * all others otherwise.
 */
const TURN_MILLIS = 5000;

/** How many notices a sender looks at before it looks again. */
const BATCH = 100;

const NOTICE = { notice: row(logoutNotices, { id: "$id" }) };

/** `turnMillis`: default `TURN_MILLIS`. */
export function createLogoutSender(context: LogoutSenderContext, turnMillis = TURN_MILLIS): LogoutSender {
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): Promise<void> => {
    const tracked = work
      .catch((error: unknown) => {
        // The notice is in the database, and the next look finds it.
        const level = error instanceof StoreUnavailable ? "debug" : "error";
        context.log[level]("a notice of a sign-out could not be sent", { cause: String(error) });
      })
      .finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return tracked;
  };
  let running: Promise<void> | null = null;
  return {
    async deliver(id, patienceMillis) {
      const all = track(
        spread(context, id).then(async (notices) => {
          await Promise.all(notices.map((notice) => send(context, notice)));
        }),
      );
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMillis);
      });
      await Promise.race([all, patience]);
      clearTimeout(timer);
    },
    sendDue() {
      running ??= track(sendDue(context, turnMillis)).finally(() => {
        running = null;
      });
      return running;
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

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

async function sendDue(context: LogoutSenderContext, turnMillis: number): Promise<void> {
  for (;;) {
    const now = context.clock.seconds();
    const first = await context.store.list(logoutNotices, { order: ["nextAt", "id"], limit: BATCH });
    const due = first.filter(({ nextAt }) => nextAt <= now);
    if (due.length === 0) return;
    const found: rules.ClientNotice[] = [];
    for (const notice of due) {
      if (!rules.isForClient(notice)) found.push(...(await spread(context, notice.id)));
      else if (notice.expiresAt <= now) await giveUp(context, notice);
      else {
        const claimed = await claim(context, notice.id);
        if (claimed !== null) found.push(claimed);
      }
    }
    const byClient = Map.groupBy(found, ({ clientId }) => clientId);
    await Promise.all([...byClient.values()].map((notices) => sendInTurn(context, notices, turnMillis)));
  }
}

/** A client that is down costs one attempt, and a slow one a turn: its other notices wait for their next time. */
async function sendInTurn(
  context: LogoutSenderContext,
  notices: readonly rules.ClientNotice[],
  turnMillis: number,
): Promise<void> {
  const turn = AbortSignal.timeout(turnMillis);
  for (const notice of notices) if (turn.aborted || !(await send(context, notice))) return;
}

const giveUp = (context: LogoutSenderContext, notice: rules.ClientNotice): Promise<boolean> =>
  outcomeOf(context, SERVER_ACT, async () =>
    rules.conclude(notice, { outcome: "refused", reason: "expired" }),
  );

/** False if another attempt is to come. */
async function send(context: LogoutSenderContext, notice: rules.ClientNotice): Promise<boolean> {
  const client = await findClient(context, notice.clientId);
  if (!wantsNotices(client)) {
    await decide(context, SERVER_ACT, async () => rules.drop(notice));
    return true;
  }
  const answer = await post(context, client, notice);
  return outcomeOf(context, SERVER_ACT, async () => rules.conclude(notice, answer));
}

/** §2.5. Each attempt has a token of its own, because a token is short-lived. */
async function post(
  context: LogoutSenderContext,
  client: Notified,
  { session, subject }: rules.ClientNotice,
): Promise<rules.Answer> {
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
  const algorithm = idTokenAlgorithm(client, configuration.signing);
  const token = await signingKeys.sign(algorithm, LOGOUT_TOKEN_TYPE, claims);
  try {
    await outbound.send({
      purpose: "notices",
      url: client.backchannelLogoutUri,
      form: { logout_token: token },
      types: [],
      timeoutMillis: TIMEOUT_MILLIS,
    });
    return { outcome: "heard" };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const reason = error.status === null ? error.fault : `status ${error.status}`;
    return { outcome: mayPass(error) ? "failed" : "refused", reason };
  }
}

const PASSING_FAULTS: ReadonlySet<OutboundFault> = new Set([
  "unresolved",
  "unreachable",
  "too_slow",
  "too_many",
]);

/** RFC 9110 §15: statuses that ask the sender to come back later. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

const mayPass = ({ fault, status }: OutboundError): boolean =>
  status === null ? PASSING_FAULTS.has(fault) : status >= 500 || PASSING_STATUSES.has(status);

/** How often a process looks for notices that are due. */
const LOOK_EVERY_MILLIS = 5000;

/** Sends at intervals what is due. */
export function startSending(sender: LogoutSender): { stop(): Promise<void> } {
  const timer = setInterval(() => void sender.sendDue(), LOOK_EVERY_MILLIS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await sender.settled();
    },
  };
}
