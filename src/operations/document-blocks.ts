/** Where the operator takes no metadata documents from, beside what the configuration says. */
import { documentSettings } from "../clients/metadata-document.ts";
import type { EpochSeconds } from "../platform/clock.ts";
import { documentPolicyFault, fitsDocumentPattern } from "../protocol/document-url.ts";
import * as rules from "../rules/client.ts";
import { type Act, SERVER_ACT } from "../rules/events.ts";
import { row } from "../store/contract.ts";
import { type ClientRecord, type DocumentBlockRecord, documentBlocks } from "../store/tables/clients.ts";
import { everyClient, findClient } from "./clients.ts";
import type { Context } from "./context.ts";
import { outcomeOf } from "./decide.ts";

export type BlockContext = Pick<Context, "store" | "events" | "clock">;

/** Each authorization request of a document reads them all. */
export const MOST_BLOCKS = 500;

const BLOCK = { block: row(documentBlocks, { pattern: "$pattern" }) };

export const listDocumentBlocks = ({ store }: Pick<Context, "store">): Promise<DocumentBlockRecord[]> =>
  store.list(documentBlocks, { limit: MOST_BLOCKS });

/** Whether the operator blocked this URL, or its host. */
export async function isBlocked(context: Pick<Context, "store">, url: string): Promise<boolean> {
  const blocks = await listDocumentBlocks(context);
  return blocks.some(({ pattern }) => fitsDocumentPattern(url, pattern));
}

/**
 * Takes no documents from there any more, and refuses the clients that were. `full`: there are too many blocks. `known`: it was blocked
 * before.
 */
export async function blockDocuments(
  context: BlockContext & Pick<Context, "configuration">,
  act: Act,
  pattern: string,
): Promise<"blocked" | "known" | "full"> {
  const isFull = (await listDocumentBlocks(context)).length >= MOST_BLOCKS;
  const outcome = await outcomeOf(context, act, async () => {
    const { block } = await context.store.look(BLOCK, { pattern });
    return rules.blockDocuments(block, pattern, { isFull, now: context.clock.seconds() });
  });
  if (outcome === "blocked") await applyDocumentPolicy(context, act);
  return outcome;
}

/** Takes documents from there again. Its clients come back with their grants. False if it was not blocked. */
export async function unblockDocuments(
  context: BlockContext & Pick<Context, "configuration">,
  act: Act,
  pattern: string,
): Promise<boolean> {
  const isDone = await outcomeOf(context, act, async () =>
    rules.unblockDocuments((await context.store.look(BLOCK, { pattern })).block),
  );
  if (isDone) await applyDocumentPolicy(context, act);
  return isDone;
}

/**
 * Refuses each client of a document that is not taken any more, with its tokens, and lets those work again that are. At every start,
 * because the configuration may have changed, and after every change of the blocks. A client that the operator disabled stays so.
 */
export async function applyDocumentPolicy(
  context: BlockContext & Pick<Context, "configuration">,
  act: Act = SERVER_ACT,
): Promise<void> {
  const settings = documentSettings(context.configuration);
  const blocks = await listDocumentBlocks(context);
  const isTaken = ({ clientId }: ClientRecord) =>
    documentPolicyFault(clientId, settings) === null &&
    !blocks.some(({ pattern }) => fitsDocumentPattern(clientId, pattern));
  for await (const client of everyClient(context, "metadata_document")) {
    const taken = isTaken(client);
    if (taken ? client.disabledBy === "blocked" : client.disabledAt === null)
      await setTaken(context, act, client.clientId, taken);
  }
}

/**
 * Refuses a client that was just made, if its URL was blocked meanwhile: the block itself found no client yet. False if nothing is
 * blocked.
 */
export async function refuseIfBlocked(
  context: BlockContext,
  act: Act,
  clientId: ClientRecord["clientId"],
): Promise<boolean> {
  if (!(await isBlocked(context, clientId))) return false;
  await setTaken(context, act, clientId, false);
  return true;
}

const setTaken = (
  context: BlockContext,
  act: Act,
  clientId: ClientRecord["clientId"],
  isTaken: boolean,
  now: EpochSeconds = context.clock.seconds(),
): Promise<boolean> =>
  outcomeOf(context, act, async () => {
    const client = await findClient(context, clientId);
    return isTaken ? rules.enableClient(client) : rules.disableClient(client, now, "blocked");
  });
