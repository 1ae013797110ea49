/**
 * Requests of the management API that are sent again after a lost answer: the same key gets the same answer, and nothing happens twice.
 * A row stands for the request before it begins. Without an answer in it the outcome is not known, and the key is refused.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../platform/clock.ts";
import type { ServerKeys } from "../../platform/keys.ts";
import { OAuthError } from "../../protocol/errors.ts";
import type { Actor } from "../../rules/events.ts";
import { insert, remove, row, type Store, update } from "../../store/contract.ts";
import { type IdempotentAnswerRecord, idempotentAnswers } from "../../store/tables/once.ts";

interface Keeping {
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: ServerKeys;
}

/** An answer as it was sent. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
}

const KEPT_SECONDS = 86_400;

const ANSWER = { answer: row(idempotentAnswers, { id: "$id" }) };

const digest = (...parts: readonly string[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return new Uint8Array(hash.digest());
};

const aboutOf = (id: Uint8Array): string => Buffer.from(id).toString("base64url");

/**
 * Carries a request out once. `request`: everything that distinguishes it from others. A refusal did nothing and is not kept. Throws
 * `idempotency_key_reused` or `idempotency_key_open`.
 */
export async function onceByKey(
  context: Keeping,
  actor: Actor,
  key: string,
  request: readonly string[],
  carryOut: () => Promise<KeptAnswer>,
): Promise<KeptAnswer> {
  const { store, clock, keys } = context;
  const id = digest(actor.kind, actor.id ?? "", key);
  const asked = digest(...request);
  const now = clock.seconds();
  const open: IdempotentAnswerRecord = {
    id,
    request: asked,
    status: null,
    sealedBody: null,
    expiresAt: now + KEPT_SECONDS,
  };
  const begun = await store.commit({ changes: [insert(idempotentAnswers, open)] });
  if (begun.outcome === "stale") {
    const { answer } = await store.look(ANSWER, { id });
    // The clean-up has not removed it yet.
    const isOver = answer !== null && answer.expiresAt <= now;
    if (!isOver || !(await beginAnew(store, answer, open))) return earlierAnswer(context, answer, asked);
  }
  let answer: KeptAnswer;
  try {
    answer = await carryOut();
  } catch (error) {
    if (error instanceof OAuthError) await store.commit({ changes: [remove(idempotentAnswers, { id })] });
    throw error;
  }
  const sealedBody = keys.seal("idempotent answer", aboutOf(id), Buffer.from(answer.body));
  const { status } = answer;
  await store.commit({
    changes: [update(idempotentAnswers, { id }, { request: asked }, { status, sealedBody })],
  });
  return answer;
}

/** False if another request was first. */
async function beginAnew(
  store: Store,
  { id, expiresAt }: IdempotentAnswerRecord,
  { id: _, ...open }: IdempotentAnswerRecord,
): Promise<boolean> {
  const { outcome } = await store.commit({
    changes: [update(idempotentAnswers, { id }, { expiresAt }, open)],
  });
  return outcome === "committed";
}

/** Throws `idempotency_key_reused` or `idempotency_key_open`. */
function earlierAnswer(
  { keys }: Pick<Keeping, "keys">,
  answer: IdempotentAnswerRecord | null,
  asked: Uint8Array,
): KeptAnswer {
  if (answer !== null && Buffer.compare(answer.request, asked) !== 0)
    throw new OAuthError("idempotency_key_reused");
  if (answer === null || answer.status === null || answer.sealedBody === null)
    throw new OAuthError("idempotency_key_open");
  const body = keys.unseal("idempotent answer", aboutOf(answer.id), answer.sealedBody);
  return { status: answer.status, body: Buffer.from(body).toString() };
}
