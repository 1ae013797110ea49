/** Stores codes directly, without the pages. */

import { mintCredential } from "../../../src/credentials/credential.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import { shardOf } from "../../../src/store/declare.ts";
import type { AccountRecord } from "../../../src/store/tables/people.ts";
import { times } from "../../race/support/seed.ts";
import type { ActingStore } from "../../store/acts.ts";
import { newAccount, newCode, newGrant } from "../../store/records.ts";

const PERSON: AccountRecord = newAccount({ username: "one-who-allows-everything" });

/** Codes for the client `web`, which the server's configuration declares. */
export async function seedCodes(store: ActingStore, count: number): Promise<string[]> {
  const client = await store.findClient("web");
  if (client === null) throw new Error("The server has declared no client.");
  await store.createAccount(PERSON);
  const now = systemClock.seconds();
  const seed = async () => {
    const shard = shardOf(PERSON.subject);
    const { text, id, digest } = mintCredential("authorization_code", systemClock, systemRandom, shard);
    const lifetime = { createdAt: now, expiresAt: now + 600 };
    const grant = newGrant({ client, account: PERSON }, { id, ...lifetime });
    const code = newCode(grant, { digest, ...lifetime });
    const outcome = await store.authorize({ now, grant, code, consent: null, form: null });
    if (outcome !== "authorized") throw new Error(outcome);
    return text;
  };
  return times(count, seed);
}
