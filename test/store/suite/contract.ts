/**
 * The promises of contract.ts about the store itself, on tables of their own: nothing here knows Tessera's tables.
 * `open` gives a new, empty database with these tables.
 */
import { describe } from "bun:test";
import { commitSuite } from "./contract/commits.ts";
import { descriptionSuite } from "./contract/description.ts";
import { expirySuite } from "./contract/expiries.ts";
import { figuresSuite } from "./contract/figures.ts";
import { listSuite } from "./contract/lists.ts";
import { lookSuite } from "./contract/looks.ts";
import type { OpenContract } from "./contract/setting.ts";
import { sweepSuite } from "./contract/sweeps.ts";
import { troubleSuite } from "./contract/trouble.ts";

export function contractSuite(name: string, open: OpenContract): void {
  describe(`${name}: the contract`, () => {
    lookSuite(open);
    commitSuite(open);
    sweepSuite(open);
    listSuite(open);
    expirySuite(open);
    troubleSuite(open);
    descriptionSuite(open);
    figuresSuite(open);
  });
}
