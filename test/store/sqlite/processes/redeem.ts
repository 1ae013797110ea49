/**
 * Opens the store that its argument names, reports that, waits for a line with code ids, redeems each four times at
 * once, and prints the outcomes.
 */

import type { RecordId } from "../../../../src/protocol/identifiers.ts";
import { openSqliteStore } from "../../acts.ts";

import { newIssuance } from "../../records.ts";

const store = await openSqliteStore({ file: process.argv[2] ?? "" });
process.stdout.write("ready\n");

for await (const line of console) {
  const ids: string[] = JSON.parse(line);
  const outcomes: string[][] = [];
  for (const hex of ids) {
    const id = Uint8Array.fromHex(hex) as Uint8Array as RecordId;
    const found = await store.findCode(id);
    if (found === null) throw new Error("no such code");
    const redemptions = Array.from({ length: 4 }, () => store.redeemCode(id, 3, newIssuance(found.grant)));
    outcomes.push(await Promise.all(redemptions));
  }
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
  break;
}
await store.close();
process.exit(0);
