/** Counts the statements that the databases run. */
import { Database } from "../../src/store/postgres/driver.ts";
import { Connection } from "../../src/store/sqlite/driver.ts";
import { LogSync } from "../../src/store/sqlite/sync.ts";

export interface Counts {
  /** The statements in short: "SELECT access_tokens". */
  readonly statements: string[];
  /** How often the embedded database waited for the disk. */
  syncs: number;
}

/** Counts until `restore`. Only connections that are opened meanwhile are counted. */
export function startCounting(): Counts & { clear(): void; restore(): void } {
  const { query, command } = Connection.prototype;
  const { run, transaction } = Database.prototype;
  const { sync } = LogSync.prototype;
  const statements: string[] = [];
  const counts = {
    statements,
    syncs: 0,
    clear() {
      statements.length = 0;
      counts.syncs = 0;
    },
    restore() {
      Object.assign(Connection.prototype, { query, command });
      Object.assign(Database.prototype, { run, transaction });
      LogSync.prototype.sync = sync;
    },
  };
  Connection.prototype.query = function (sql) {
    const prepared = query.call(this, sql);
    const note = () => statements.push(inShort(sql));
    return new Proxy(prepared, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...parameters: unknown[]) => {
          note();
          return Reflect.apply(method, target, parameters);
        };
      },
    }) as never;
  };
  Connection.prototype.command = function (sql) {
    const run = command.call(this, sql);
    return ((...parameters: never[]) => {
      statements.push(inShort(sql));
      return run(...parameters);
    }) as never;
  };
  Database.prototype.run = function (asked) {
    statements.push(inShort(asked.sql));
    return run.call(this, asked);
  };
  Database.prototype.transaction = function (work, urgent) {
    statements.push("BEGIN");
    return transaction.call(this, work as never, urgent) as never;
  };
  LogSync.prototype.sync = function () {
    counts.syncs += 1;
    return sync.call(this);
  };
  return counts;
}

/** The verb, and the first table that a statement for the embedded database names. */
function inShort(sql: string): string {
  const [verb = ""] = sql.trim().split(/\s+/);
  const table = verb === "WITH" ? undefined : /\b(?:FROM|INTO|UPDATE)\s+(\w+)/.exec(sql)?.[1];
  return table === undefined ? verb : `${verb} ${table}`;
}
