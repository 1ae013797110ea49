/** The clean-up of tokens that lie apart from each other, each in a batch of its own (tables/expiry-batches.ts). */
import { describe, expect, test } from "bun:test";
import { newRecordId } from "../../../src/credentials/credential.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import type { Store } from "../../../src/store/contract.ts";
import type { AccessTokenRecord } from "../../../src/store/records.ts";
import { NOW, newClient, newClientToken } from "../records.ts";
import { openTemporary } from "./temporary.ts";

const COUNT = 100;
/** Longer than a batch. */
const APART_SECONDS = 5;
const LATER = NOW + 10_000;

async function withScattered(
  use: (store: Store, tokens: AccessTokenRecord[]) => Promise<void>,
): Promise<void> {
  const { store, close } = await openTemporary();
  const client = newClient();
  await store.createClient(client);
  const tokens = Array.from({ length: COUNT }, (_, index) => {
    const issuedAt = NOW + index * APART_SECONDS;
    const clock = { millis: () => issuedAt * 1000, seconds: () => issuedAt };
    return newClientToken(client, {
      id: newRecordId(clock, systemRandom),
      issuedAt,
      expiresAt: issuedAt + 60,
    });
  });
  for (const token of tokens) await store.issueAccessToken(token);
  try {
    await use(store, tokens);
  } finally {
    await close();
  }
}

/** How often the clean-up is called until nothing goes. */
async function callsUntilNothing(store: Store): Promise<number> {
  for (let calls = 1; ; calls += 1) {
    if ((await store.removeExpired(LATER, 0, 1000)) === 0) return calls;
  }
}

describe("the clean-up of scattered tokens", () => {
  test("looks through few batches at a time, and comes to an end", () =>
    withScattered(async (store, tokens) => {
      expect(await callsUntilNothing(store)).toBeGreaterThan(5);
      // Only one that is stored can be ended.
      for (const { id } of tokens) expect(await store.revokeAccessToken(id)).toBe(false);
    }));

  test("goes on past many batches in which nothing is left", () =>
    withScattered(async (store, tokens) => {
      const last = tokens.at(-1);
      for (const { id } of tokens.slice(0, -1)) await store.revokeAccessToken(id);
      await callsUntilNothing(store);
      expect(last && (await store.revokeAccessToken(last.id))).toBe(false);
    }));
});
