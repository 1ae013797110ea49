/** The answer to any request at any address is complete and harmless: threat classes 18, 23, 31 and 40. */
import { afterAll, expect, test } from "bun:test";
import { proves } from "../support/proves.ts";
import { createRunner } from "./target.ts";
import { ENDPOINT_TARGETS } from "./targets/endpoints.ts";

const runner = createRunner("hostile requests to every endpoint");
afterAll(runner.tell);

test.each(ENDPOINT_TARGETS.map((target) => [target.name, target] as const))(
  proves("%s of any form are answered, without a fault, a secret or a way out", "threat 40", "threat 23"),
  async (_, target) => {
    await runner.run(target);
    expect(target.cases).toBeGreaterThan(0);
  },
);
