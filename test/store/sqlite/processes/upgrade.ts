/**
 * Reports that it runs, waits for a line, opens the store that its argument names with the third schema, and reports
 * that.
 */

import { openSqliteStore } from "../../../../src/store/sqlite/index.ts";
import { THIRD } from "../../fixtures/next.ts";

process.stdout.write("ready\n");
for await (const _ of console) {
  const store = await openSqliteStore({ file: process.argv[2] ?? "", schema: THIRD });
  await store.ping();
  process.stdout.write("opened\n");
  await store.close();
  break;
}
process.exit(0);
