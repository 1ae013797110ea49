/**
 * The differences between one server and a cluster of Citus. Looks, lists and sweeps are the same statements on both.
 *
 * On a cluster, a row of a table with shards is on the worker of its shard. Every worker has all rows of the other
 * tables (reference tables). One worker handles a statement that names one shard; Citus does not support that for an
 * INSERT within another statement. So a commit is a transaction of several statements, sent at once:
 *
 * - Turns: for each row of a reference table that the commit holds or updates, an advisory lock on the node that the
 *   program is connected to.
 * - Each change of a reference table is a statement. Citus applies it on every worker.
 * - The guards, updates and removals of a shard are one statement.
 * - Each insert is a statement.
 *
 * For a guard on a reference table, Citus locks the whole table, and two such guards can deadlock. Within a statement
 * for a shard, the guard locks only the row on that worker, and a change of the row needs the lock on every worker. So
 * these guards go into the statement of every shard: a shard's rows appear at the moment at which its locks go. These
 * locks keep the promises of the contract. The turns only prevent deadlocks across workers, and futile waits.
 */
import type { Change } from "../contract.ts";
import type { Table } from "../declare.ts";
import { inOnePart, type Part, type Parting } from "./commit.ts";
import { SHARD } from "./ddl.ts";
import type { Session } from "./driver.ts";
import { shardValue } from "./rows.ts";

export interface Topology {
  readonly isCluster: boolean;
  /** The statements that distribute new tables. */
  distribute(tables: readonly Table[]): readonly string[];
  readonly parting: Parting;
  /**
   * `lock`: locks the rows that the clean-up removes. `looksFirst`: a look for due rows comes first, because a removal
   * is costly even if no row is due.
   */
  readonly cleanUp: { readonly lock: string; readonly looksFirst: boolean };
}

/**
 * The number of pieces into which Citus cuts a table, and so the most workers that a cluster can use. Moving pieces
 * needs no change here.
 */
const PIECES = 16;

const ONE_SERVER: Topology = {
  isCluster: false,
  distribute: () => [],
  parting: inOnePart,
  // The clean-up skips rows that another statement is using, so no request waits.
  cleanUp: { lock: "FOR UPDATE SKIP LOCKED", looksFirst: false },
};

const CLUSTER: Topology = {
  isCluster: true,
  distribute,
  parting,
  // SKIP LOCKED does not work across shards.
  cleanUp: { lock: "", looksFirst: true },
};

/** Whether the database is a cluster: the operator has created the extension. */
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

/** The statement of one shard before its inserts. Guards on reference tables need a row of the shard in it. */
function guardsOf(own: readonly Change[], guards: readonly Change[]): Part {
  const others = own.filter((change) => !isInsert(change));
  const anchors = guards.length > 0 && others.length === 0 ? own.filter(isInsert).slice(0, 1) : [];
  return [...guards, ...others, ...anchors.map(anchorOf)];
}

const isInsert = (change: Change): change is Extract<Change, { row: unknown }> => "row" in change;

/** Several commits may hold a row at once, but only one may change it. */
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
