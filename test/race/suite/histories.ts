import { expect, test } from "bun:test";
import { figure } from "../../support/figures.ts";
import { scaled } from "../../support/scale.ts";
import { formatHistory, type Recorded, smallestUnexplained } from "../support/checker.ts";
import type { Cluster } from "../support/cluster.ts";
import { recordHistories } from "../support/loops.ts";
import type { ModelOptions } from "../support/model.ts";
import { openSeed } from "../support/seed.ts";

const GRANTS = 120;

export function historyChecks(cluster: () => Cluster, options: ModelOptions): void {
  test("whatever clients do at once, their answers are those of one operation after another", async () => {
    const { store, name } = cluster();
    const codes = await (await openSeed(store)).codes(scaled(GRANTS));
    const histories = await recordHistories(cluster(), codes, options);
    for (const history of histories) {
      const unexplained = smallestUnexplained(history, options);
      if (unexplained !== null) {
        throw new Error(
          `No order of these operations explains their answers:\n${formatHistory(unexplained)}`,
        );
      }
    }
    const operations = histories.flat();
    const answered = histories.map((history) => history.filter(({ answer }) => answer !== null));
    const overlapping = answered.flatMap((history) =>
      history.filter((record) => hasCompany(record, history)),
    );
    expect(overlapping.length).toBeGreaterThan(operations.length / 4);
    figure(
      `${name}, ${options.retries ? "with" : "without"} retries: ${operations.length} operations on ${histories.length} grants checked, ${overlapping.length} of them at the same time as others, ${operations.length - answered.flat().length} answers lost`,
    );
  });
}

const hasCompany = (record: Recorded, history: readonly Recorded[]): boolean =>
  history.some((other) => other !== record && other.start < record.end && record.start < other.end);
