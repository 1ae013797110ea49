/**
 * What Tessera is held to: shares of the limit and multiples of a peer, since those hold across machines. They are shown
 * with every run that measured both sides, and no run fails because of them: a busy machine proves nothing.
 */
import { measurementOf, type Results, type Round } from "./results.ts";
import { ratios, type Spread, spreadOf } from "./statistics.ts";

interface Budget {
  readonly workload: string;
  /** `tessera-sqlite` has at least so many times the requests per second of this one. */
  readonly against: string;
  readonly atLeast: number;
}

const BUDGETS: readonly Budget[] = [
  { workload: "introspection", against: "bare", atLeast: 0.75 },
  { workload: "introspection", against: "oidc-provider", atLeast: 8 },
  { workload: "client-credentials", against: "bare", atLeast: 0.45 },
  { workload: "client-credentials", against: "oidc-provider", atLeast: 4 },
  { workload: "refresh", against: "bare", atLeast: 0.3 },
  { workload: "metadata", against: "bare", atLeast: 0.95 },
];

export interface JudgedBudget extends Budget {
  readonly measured: Spread;
}

/** Those that the run has both sides of. */
export function judgeBudgets(results: Results): JudgedBudget[] {
  const rates = (workload: string, contender: string): number[] =>
    measurementOf(results, workload, contender)?.rounds.map((round: Round) => round.requestsPerSecond) ?? [];
  return BUDGETS.flatMap((budget) => {
    const own = rates(budget.workload, "tessera-sqlite");
    const measured = ratios(own, rates(budget.workload, budget.against));
    return measured.length === 0 ? [] : [{ ...budget, measured: spreadOf(measured) }];
  });
}
