/**
 * The keys from which successors of refresh tokens are derived (`deriveSuccessors`). All rotations of a stretch of time share
 * one key, which is kept in the database, so that every process can answer a retry. The clean-up removes a key soon after
 * the retry window of the last rotation that used it. So forward secrecy costs no write for each token.
 */
import type { EpochSeconds } from "../platform/clock.ts";
import type { RandomBytes } from "../platform/random.ts";
import { insert, row, type Store, StoreUnavailable } from "../store/contract.ts";
import { retryKeys } from "../store/tables/tokens.ts";

/** The length of an epoch. Independent of every setting, so that all nodes agree on it. */
const EPOCH_SECONDS = 16;
/** A key outlives the last retry by this much, for clocks of nodes that differ. */
const SPARE_SECONDS = 30;
const KEY_BYTES = 32;

const KEY = { found: row(retryKeys, { epoch: "$epoch" }) };

const epochOf = (time: EpochSeconds): number => Math.floor(time / EPOCH_SECONDS);

export interface RetryKeys {
  /** The key for a rotation now; makes it if this is the first of its epoch. */
  current(now: EpochSeconds): Promise<Uint8Array>;
  /** The key of a rotation at this time. Throws StoreUnavailable if it is gone. */
  of(usedAt: EpochSeconds): Promise<Uint8Array>;
}

export function createRetryKeys(
  store: Pick<Store, "look" | "commit">,
  random: RandomBytes,
  windowSeconds: number,
): RetryKeys {
  // Only that of the present epoch, and no longer: no key may outlive its row here.
  let known: { readonly epoch: number; readonly key: Uint8Array } | null = null;
  let end: NodeJS.Timeout | undefined;
  const keep = (epoch: number, key: Uint8Array, now: EpochSeconds) => {
    known = { epoch, key };
    clearTimeout(end);
    end = setTimeout(
      () => {
        known = null;
      },
      ((epoch + 1) * EPOCH_SECONDS - now) * 1000,
    );
    end.unref();
  };
  let making: { readonly epoch: number; readonly key: Promise<Uint8Array> } | null = null;

  const find = async (epoch: number): Promise<Uint8Array | null> =>
    (await store.look(KEY, { epoch })).found?.key ?? null;

  const make = async (epoch: number): Promise<Uint8Array> => {
    const found = await find(epoch);
    if (found !== null) return found;
    const key = random(KEY_BYTES);
    const expiresAt = (epoch + 1) * EPOCH_SECONDS + windowSeconds + SPARE_SECONDS;
    const { outcome } = await store.commit({ changes: [insert(retryKeys, { epoch, key, expiresAt })] });
    if (outcome === "committed") return key;
    // Another process was faster.
    const theirs = await find(epoch);
    if (theirs === null) throw gone();
    return theirs;
  };

  return {
    async current(now) {
      const epoch = epochOf(now);
      if (known?.epoch === epoch) return known.key;
      // Requests that arrive together make one key.
      if (making?.epoch !== epoch) making = { epoch, key: make(epoch) };
      const { key: promise } = making;
      try {
        const key = await promise;
        keep(epoch, key, now);
        return key;
      } finally {
        if (making?.key === promise) making = null;
      }
    },
    async of(usedAt) {
      const epoch = epochOf(usedAt);
      const key = known?.epoch === epoch ? known.key : await find(epoch);
      if (key === null) throw gone();
      return key;
    },
  };
}

const gone = () =>
  new StoreUnavailable("the key of a refresh is gone", {
    advice: "Check that the clocks of all nodes agree.",
  });
