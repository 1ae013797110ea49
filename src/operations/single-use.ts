/**
 * Signed texts that count once: client assertions (RFC 7523 §3), DPoP proofs (RFC 9449 §11.1), assertions as grants. The
 * store keeps the identifier of each until it would expire anyway, so that a second use is refused on every node and after a
 * restart (THREATS 37).
 */
import { createHash } from "node:crypto";
import type { EpochSeconds } from "../platform/clock.ts";
import { OldestFirst } from "../platform/oldest-first.ts";
import type { RecordId } from "../protocol/identifiers.ts";
import type { Act } from "../rules/events.ts";
import { isOfBeforeRestore, type SignedOnce, useOnce as useOnceRule } from "../rules/once.ts";
import { row, type Store } from "../store/contract.ts";
import type { OnceKind } from "../store/tables/once.ts";
import { RESTORED, revisions } from "../store/tables/server.ts";
import { carryOut, type DecideContext } from "./decide.ts";

const MARK = { mark: row(revisions, { name: "$name" }) };

/** The identifiers that this process saw lately. It saves a flood of replays the way to the store, and decides nothing else. */
export class SeenLately {
  readonly #seen = new OldestFirst<EpochSeconds>();
  #restoredAt: Promise<EpochSeconds | null> | null = null;

  /**
   * When the database was restored; null if never. A restore needs a stopped server, so a process reads it once. It was before that: a time
   * that is still to come is of a machine whose clock was ahead, and would count for nothing until it comes.
   */
  restoredAt(store: Pick<Store, "look">, now: EpochSeconds): Promise<EpochSeconds | null> {
    this.#restoredAt ??= store.look(MARK, { name: RESTORED }).then(
      ({ mark }) => (mark === null ? null : Math.min(mark.revision, now)),
      (error: unknown) => {
        this.#restoredAt = null;
        throw error;
      },
    );
    return this.#restoredAt;
  }

  has(key: string, now: EpochSeconds): boolean {
    const until = this.#seen.get(key);
    return until !== undefined && until > now;
  }

  add(key: string, until: EpochSeconds): void {
    this.#seen.set(key, until);
    this.#seen.keepNewest(MOST_SEEN);
  }
}

const MOST_SEEN = 20_000;
const ID_BYTES = 16;

export interface SingleUseContext extends DecideContext {
  readonly seenLately: SeenLately;
  readonly clock: { seconds(): EpochSeconds };
}

/**
 * Uses it up. False if it was used before, or may have been. `parts`: what names it, such as the issuer and the `jti`. A digest keeps the
 * parts apart, so one signer cannot use up what another one signed. `urgent`: it comes with a request that ends access.
 *
 * It is a commit of its own, before the act: what was signed once is used up, even if the act is refused then. It lies in a shard of its
 * own too, which depends on nothing but the parts.
 */
export async function useOnce(
  context: SingleUseContext,
  act: Act,
  kind: OnceKind,
  parts: readonly string[],
  text: SignedOnce,
  { urgent = false }: { readonly urgent?: boolean } = {},
): Promise<boolean> {
  const digest = createHash("sha256")
    .update(JSON.stringify([kind, ...parts]))
    .digest();
  const key = digest.toString("base64url");
  const now = context.clock.seconds();
  if (context.seenLately.has(key, now)) return false;
  if (isOfBeforeRestore(text, await context.seenLately.restoredAt(context.store, now))) return false;
  const expiresAt = text.until;
  const id = new Uint8Array(digest.subarray(0, ID_BYTES)) as RecordId;
  // The insert itself tells whether there is such a row, so this takes no look.
  const isNew = (await carryOut(context, act, useOnceRule(kind, { id, expiresAt }, urgent))) !== "stale";
  context.seenLately.add(key, expiresAt);
  return isNew;
}
