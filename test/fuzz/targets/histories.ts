/** Histories: steps of clients, people, strangers and operators in any order, beside a model of their outcomes. */
import fc from "fast-check";
import { type FixtureEngine, postgresEngine, sqliteEngine } from "../../store/fixtures/databases.ts";
import { type PostgresServer, startPostgres } from "../../store/postgres/server.ts";
import type { Choice } from "../histories/choices.ts";
import { checkEnd } from "../histories/rows.ts";
import { STEPS } from "../histories/steps.ts";
import { World } from "../histories/world.ts";
import { sharing, type Target } from "../target.ts";

/** The weights of some steps; the others have weight 1. */
const OFTEN: Readonly<Record<string, number>> = {
  authorize: 12,
  redeem: 14,
  refresh: 24,
  "refresh at once": 2,
  poll: 12,
  "start a device": 6,
  "answer a device": 8,
  wait: 8,
  "enable a person": 6,
  "enable a client": 6,
  "act for itself": 3,
  "change a letter": 2,
  "mistake one for another": 2,
};

type Taken = Choice & { readonly step: string };

const number = fc.nat(1000);
const taken: fc.Arbitrary<Taken> = fc.record({
  step: fc.oneof(
    ...Object.keys(STEPS).map((name) => ({ weight: OFTEN[name] ?? 1, arbitrary: fc.constant(name) })),
  ),
  a: number,
  b: number,
  c: number,
});
const history = fc.array(taken, { minLength: 1, maxLength: 150, size: "max" });

/** Steps between two checks of all tokens; in between only the newest are checked. */
const AUDIT_EVERY = 10;

async function play(engine: FixtureEngine, steps: readonly Taken[]): Promise<void> {
  const world = await World.open(await engine.create());
  try {
    for (const [index, { step, ...choice }] of steps.entries()) {
      await STEPS[step]?.(world, choice);
      await world.audit(index % AUDIT_EVERY === 0 ? undefined : 3);
    }
    await world.audit();
    await checkEnd(world);
  } finally {
    await world.close();
  }
}

const onSqlite: Target = sharing(
  "histories",
  20,
  { open: async () => sqliteEngine, close: async () => {} },
  () => history,
  play,
);

const onPostgres: Target = sharing<PostgresServer, Taken[]>(
  "histories on PostgreSQL",
  10,
  { open: startPostgres, close: (server) => server.stop() },
  () => history,
  (server, steps) => play(postgresEngine(server), steps),
);

export const HISTORY_TARGETS: readonly Target[] = [onSqlite];
/** For long runs: making a database takes longer than playing a history. */
export const LONG_TARGETS: readonly Target[] = [onPostgres];
