/**
 * Where to look for access tokens that have expired: a coarse index.
 *
 * Identifiers are time-ordered, so the tokens of some seconds lie together: a batch. Lifetimes differ by client, so a
 * batch does not expire as one, but it has few lifetimes. For each slot of time in which tokens of a batch expire there
 * is one row here, written with the first of them. The clean-up looks through the batches whose slot has come. An
 * index would have a row for each token; this has one for thousands, when it matters.
 */
import type { EpochSeconds } from "../../../platform/clock.ts";
import type { Connection } from "../driver.ts";

/** Identifiers begin with six bytes of milliseconds; those that agree in all but the last 12 bits are one batch (4 s). */
const BATCH_MILLIS = 2 ** 12;
const SLOT_SECONDS = 16;
/**
 * Of batches to look through in one go. All in a batch are looked at, thousands where many tokens are issued, to find
 * perhaps one that has expired; and nobody is answered meanwhile.
 */
const MOST_BATCHES = 8;

const batchOf = (id: Uint8Array) => {
  let millis = 0;
  for (let index = 0; index < 6; index += 1) millis = millis * 256 + (id[index] ?? 0);
  return Math.floor(millis / BATCH_MILLIS);
};

const slotOf = (expiresAt: EpochSeconds) => Math.floor(expiresAt / SLOT_SECONDS);

/** The least identifier of a batch. */
function firstIdOf(batch: number): Uint8Array {
  const id = Buffer.alloc(16);
  id.writeUIntBE(batch * BATCH_MILLIS, 0, 6);
  return id;
}

export function expiryBatchTable(connection: Connection) {
  const note = connection.command<[number, number]>(
    "INSERT INTO expiry_batches (slot, batch) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const due = connection.query<{ slot: number; batch: number }, [number, number]>(
    "SELECT slot, batch FROM expiry_batches WHERE slot <= ? ORDER BY slot, batch LIMIT ?",
  );
  const forget = connection.command<[number, number]>(
    "DELETE FROM expiry_batches WHERE slot = ? AND batch = ?",
  );
  const removeTokens = connection.command<[Uint8Array, Uint8Array, EpochSeconds, number]>(
    `DELETE FROM access_tokens WHERE id IN (
       SELECT id FROM access_tokens WHERE id >= ? AND id < ? AND expires_at <= ? LIMIT ?)`,
  );

  return {
    /** Must be called for each token that is stored. */
    note: (id: Uint8Array, expiresAt: EpochSeconds) => note(slotOf(expiresAt), batchOf(id)),

    /** Removes up to `limit` tokens that have expired. Returns how many rows went, with those of batches that are done. */
    removeExpiredTokens(now: EpochSeconds, limit: number): number {
      const current = slotOf(now);
      let removed = 0;
      let done = 0;
      for (const { slot, batch } of due.all(current, MOST_BATCHES)) {
        removed += removeTokens(firstIdOf(batch), firstIdOf(batch + 1), now, limit - removed);
        // There may be more in this batch.
        if (removed >= limit) break;
        // In the current slot some have yet to expire.
        if (slot < current) done += forget(slot, batch);
      }
      return removed + done;
    },
  };
}
