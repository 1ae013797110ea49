/** Parsers accept or refuse any text: threat class 40. */
import { afterAll, expect, test } from "bun:test";
import { proves } from "../support/proves.ts";
import { createRunner } from "./target.ts";
import { PARSER_TARGETS } from "./targets/index.ts";

const runner = createRunner("texts for the parsers");
afterAll(runner.tell);

test.each(PARSER_TARGETS.map((target) => [target.name, target] as const))(
  proves("%s are understood or refused, whatever they are", "threat 40"),
  async (_, target) => {
    await runner.run(target);
    expect(target.cases).toBeGreaterThan(0);
  },
);
