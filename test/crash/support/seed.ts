/** Codes that a person allowed, without the pages: straight into the store. */

import { mintCredential } from "../../../src/credentials/credential.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { systemRandom } from "../../../src/platform/random.ts";
import type { Store } from "../../../src/store/contract.ts";
import type { AccountRecord } from "../../../src/store/records.ts";
import { newAccount, newAuthorization, newCode } from "../../store/records.ts";

const PERSON: AccountRecord = newAccount({ username: "one-who-allows-everything" });

/** So many codes for the client `web`, which the server has declared. */
export async function seedCodes(store: Store, count: number): Promise<string[]> {
  const client = await store.findClient("web");
  if (client === null) throw new Error("The server has declared no client.");
  await store.createAccount(PERSON);
  const now = systemClock.seconds();
  const seed = async () => {
    const { text, id, digest } = mintCredential("authorization_code", systemClock, systemRandom);
    const authorization = newAuthorization({ client, account: PERSON }, { now });
    const code = newCode(authorization.grant, { id, digest, createdAt: now, expiresAt: now + 600 });
    const outcome = await store.authorize({ ...authorization, code });
    if (outcome !== "authorized") throw new Error(outcome);
    return text;
  };
  return Promise.all(Array.from({ length: count }, seed));
}
