/** Issues tokens endlessly in the store that its argument names, and prints the id of each acknowledged one. */

import { writeSync } from "node:fs";
import { openSqliteStore } from "../../acts.ts";

import { newClient, newClientToken } from "../../records.ts";

const store = await openSqliteStore({ file: process.argv[2] ?? "" });
const client = newClient();
await store.createClient(client);

async function issueWithoutEnd(): Promise<never> {
  for (;;) {
    const token = newClientToken(client);
    await store.issueAccessToken(token);
    writeSync(1, `${token.id.toHex()}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, issueWithoutEnd));
