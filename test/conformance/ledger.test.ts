/** The ledger holds together: what tests claim exists, and what is not shown is argued for. */
import { expect, test } from "bun:test";
import { entriesOf, readProofs, strayClaims } from "../../tools/conformance.ts";
import { LEDGERS } from "./ledger/index.ts";

test("no test claims a row that does not exist", () => {
  expect(strayClaims(readProofs())).toEqual([]);
});

test("no two rows of a ledger have the same name", () => {
  for (const { source, rows } of LEDGERS) {
    const twice = rows.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) !== index);
    expect({ source, twice }).toEqual({ source, twice: [] });
  }
});

test("no row is open: each is proved, or is no rule for this server, or says why it is not kept", () => {
  const proofs = readProofs();
  const open = LEDGERS.flatMap((ledger) =>
    entriesOf(ledger, proofs)
      .filter(({ state }) => state === "open")
      .map(({ row }) => `${ledger.source} ${row.id}`),
  );
  expect(open).toEqual([]);
});
