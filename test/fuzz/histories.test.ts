/** After any steps in any order, nothing is redeemed twice, no scope grows, and dead tokens stay dead. */
import { afterAll, expect, test } from "bun:test";
import { proves } from "../support/proves.ts";
import { createRunner } from "./target.ts";
import { HISTORY_TARGETS } from "./targets/histories.ts";

const runner = createRunner("histories of up to 150 steps");
afterAll(runner.tell);

test.each(HISTORY_TARGETS.map((target) => [target.name, target] as const))(
  proves(
    "%s end as the model of them, and leave no rows behind",
    "threat 8",
    "threat 10",
    "threat 15",
    "threat 19",
    "threat 42",
    "threat 52",
  ),
  async (_, target) => {
    await runner.run(target);
    expect(target.cases).toBeGreaterThan(0);
  },
);
