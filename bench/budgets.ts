/**
 * Tessera's budgets, as ratios between contenders of one run, since ratios hold across machines. Processor time
 * decides: a load generator at its own limit hides a difference in requests per second. A missed budget fails no run.
 */
import { BEFORE } from "./contenders/before.ts";
import { type Figure, figuresOf, type Results } from "./results.ts";
import { ratios, type Spread, spreadOf } from "./statistics.ts";

/** A pace of at least this many times another's, or a cost of at most this many times the sum of others'. */
type Limit = { readonly paceAtLeast: number } | { readonly costAtMost: number };

export interface Budget {
  readonly workload: string;
  readonly contender: string;
  readonly against: readonly [string, ...string[]];
  readonly limit: Limit;
}

const pace = (workload: string, against: string, paceAtLeast: number): Budget => {
  return { workload, contender: "tessera-sqlite", against: [against], limit: { paceAtLeast } };
};

/** On PostgreSQL: the cost of the embedded database plus that of PostgreSQL alone for such rows. */
const cost = (workload: string, costAtMost: number): Budget => {
  const against = ["tessera-sqlite", "postgres"] as const;
  return { workload, contender: "tessera-postgres", against, limit: { costAtMost } };
};

const BUDGETS: readonly Budget[] = [
  pace("introspection", "bare", 0.8),
  pace("introspection", "oidc-provider", 8),
  pace("client-credentials", "bare", 0.45),
  pace("refresh", "bare", 0.3),
  pace("metadata", "bare", 0.95),
  pace("jwks", "bare", 0.95),
  pace("code-rs256", "signature", 0.8),
  pace("code-es256", "signature", 0.8),
  pace("private-key-jwt", "signature", 0.7),
  cost("introspection", 1.25),
  cost("client-credentials", 1.5),
  cost("refresh", 1.5),
];

/** A new version must keep at least this share of the previous version's pace in every workload. */
const LEAST_OF_BEFORE = 0.95;

export interface JudgedBudget extends Budget {
  /** By processor time: a pace is the others' time divided by Tessera's, a cost is Tessera's divided by theirs. */
  readonly byTime: Spread;
  /** By requests per second; null for a cost, which compares with a sum. */
  readonly byRate: Spread | null;
  readonly isKept: boolean;
}

/** Judges the budgets for which the run has all contenders, and compares each contender with the version before. */
export function judgeBudgets(results: Results): JudgedBudget[] {
  const toBefore = results.workloads.flatMap(({ name: workload }) =>
    results.contenders
      .filter(({ name }) => name.endsWith(BEFORE))
      .map(({ name }): Budget => {
        const contender = name.slice(0, -BEFORE.length);
        return { workload, contender, against: [name], limit: { paceAtLeast: LEAST_OF_BEFORE } };
      }),
  );
  return [...BUDGETS, ...toBefore].flatMap((budget) => judge(results, budget) ?? []);
}

function judge(results: Results, budget: Budget): JudgedBudget | null {
  const { workload, contender, against, limit } = budget;
  const of = (name: string, figure: Figure) => figuresOf(results, workload, name, figure);
  const own = of(contender, "cpuMicrosPerRequest");
  const others = against.map((name) => of(name, "cpuMicrosPerRequest"));
  if ([own, ...others].some(({ length }) => length === 0)) return null;
  const together = own.map((_, round) =>
    others.reduce((sum, times) => sum + (times[round] ?? Number.NaN), 0),
  );
  if ("costAtMost" in limit) {
    const byTime = spreadOf(ratios(own, together));
    return { ...budget, byTime, byRate: null, isKept: byTime.median <= limit.costAtMost };
  }
  const byTime = spreadOf(ratios(together, own));
  const byRate = spreadOf(ratios(of(contender, "requestsPerSecond"), of(against[0], "requestsPerSecond")));
  return { ...budget, byTime, byRate, isKept: byTime.median >= limit.paceAtLeast };
}
