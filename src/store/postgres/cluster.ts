/**
 * All that is different between one server and a cluster of Citus. The engine works on either; looks, lists and sweeps are
 * the same statements on both.
 *
 * On a cluster each row of a table with shards is on the worker of its shard, and every worker has all rows of the other
 * tables. A statement that names one shard is the business of one worker. An INSERT within another statement is not, so a
 * commit is a transaction of several statements, sent at once:
 *
 * - For each row that is held or changed on all workers a turn: a lock of its name on the node that the program speaks to.
 * - Changes of tables that all workers have: one statement each, for Citus takes it to all of them.
 * - For each shard the guards, updates and removals in one statement.
 * - The inserts, one statement each.
 *
 * Citus locks all of a table that every worker has for a guard of one of its rows, and two such guards can wait for each
 * other. Within a statement for a shard it is a lock of the row on that worker, and a change of the row has to get it on each.
 * So these guards go into the statement of every shard: each shard's rows come and its locks go at one moment. These locks
 * keep the promises; the turns only keep commits from waiting for each other in a circle over two workers, or in vain.
 */
import type { Change } from "../contract.ts";
import type { Table } from "../declare.ts";
import { inOnePart, type Part, type Parting } from "./commit.ts";
import { SHARD } from "./ddl.ts";
import type { Session } from "./driver.ts";
import { shardValue } from "./rows.ts";

export interface Topology {
  readonly isCluster: boolean;
  /** What spreads tables that were just made. */
  distribute(tables: readonly Table[]): readonly string[];
  readonly parting: Parting;
  /**
   * What locks the rows that the clean-up takes, and whether a look for them comes first, because a removal costs much even
   * where nothing is due.
   */
  readonly cleanUp: { readonly lock: string; readonly looksFirst: boolean };
}

/** Into how many pieces Citus cuts a table; a cluster can have so many workers at most. Moving pieces needs no change here. */
const PIECES = 16;

const ONE_SERVER: Topology = {
  isCluster: false,
  distribute: () => [],
  parting: inOnePart,
  // Rows that another statement is using are passed over, so no request waits.
  cleanUp: { lock: "FOR UPDATE SKIP LOCKED", looksFirst: false },
};

const CLUSTER: Topology = {
  isCluster: true,
  distribute,
  parting,
  // No such lock reaches over shards.
  cleanUp: { lock: "", looksFirst: true },
};

/** Whether the database is a cluster: the operator says so by the extension. */
export async function findTopology(session: Pick<Session, "execute">): Promise<Topology> {
  const found = await session.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
  return found.length > 0 ? CLUSTER : ONE_SERVER;
}

function distribute(tables: readonly Table[]): readonly string[] {
  const first = tables.find(({ shard }) => shard !== null);
  const unlessDone = (name: string) =>
    `WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = '${name}'::regclass)`;
  return [
    "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'",
    `SELECT create_reference_table('schema_version') ${unlessDone("schema_version")}`,
    ...tables.map((table) => {
      const { name, shard } = table;
      if (shard === null) return `SELECT create_reference_table('${name}') ${unlessDone(name)}`;
      const place = table === first ? `'none', shard_count => ${PIECES}` : `'${first?.name}'`;
      return `SELECT create_distributed_table('${name}', '${SHARD}', colocate_with => ${place}) ${unlessDone(name)}`;
    }),
  ];
}

function parting(changes: readonly Change[]): readonly Part[] {
  const everywhere = changes.filter(({ table }) => table.shard === null);
  const guards = everywhere.filter(isGuard);
  const shards = Map.groupBy(
    changes.filter(({ table }) => table.shard !== null),
    (change) => shardValue(change.table, "row" in change ? change.row : change.key) ?? 0,
  );
  const inOrder = [...shards.entries()].toSorted(([one], [other]) => one - other).map(([, own]) => own);
  return [
    everywhere.flatMap(turnOf),
    ...everywhere.filter((change) => shards.size === 0 || !isGuard(change)).map((change) => [change]),
    ...inOrder.map((own) => guardsOf(own, guards)),
    ...inOrder.flatMap((own) => own.filter(isInsert).map((change) => [change])),
  ].filter((part) => part.length > 0);
}

/** What one shard's statement does before the inserts. Guards of other tables need a table of the shard to go with. */
function guardsOf(own: readonly Change[], guards: readonly Change[]): Part {
  const others = own.filter((change) => !isInsert(change));
  const anchors = guards.length > 0 && others.length === 0 ? own.filter(isInsert).slice(0, 1) : [];
  return [...guards, ...others, ...anchors.map(anchorOf)];
}

const isInsert = (change: Change): change is Extract<Change, { row: unknown }> => "row" in change;

/** Several may hold a row that one may change. */
const turnOf = (change: Change): Part =>
  change.act === "hold" || change.act === "update"
    ? [{ act: change.act === "hold" ? "share" : "take", table: change.table, key: change.key }]
    : [];

const isGuard = ({ act }: Change): boolean => act === "check" || act === "hold";

const anchorOf = ({ table, row }: Extract<Change, { row: unknown }>): Part[number] => ({
  act: "anchor",
  table,
  key: Object.fromEntries(table.key.map((name) => [name, row[name]])),
});
