/** `tessera copy`: copies everything from the embedded database to PostgreSQL, or back. */
import { type Command, Option } from "commander";
import type { Configuration } from "../configuration/schema.ts";
import { databaseFile, databaseName, postgresOptions, requireDatabase } from "../store/open.ts";
import type { PostgresStoreOptions } from "../store/postgres/index.ts";
import { openPostgresSource, openPostgresTarget } from "../store/postgres/transfer.ts";
import { openSqliteSource, openSqliteTarget } from "../store/sqlite/transfer.ts";
import { type Comparison, type CopyReport, copyAll, type End, type Target } from "../store/transfer/copy.ts";
import { CommandError } from "./command-error.ts";
import { commandAt, lockDataFolder, makeDataFolder } from "./data-folder.ts";
import type { Io } from "./io.ts";
import { operatorAct } from "./operator.ts";
import { counted, decimal, printJson, printTable } from "./output.ts";
import { startProgress } from "./progress.ts";
import { type CommonOptions, eventsOf, readConfiguration, withCommonOptions } from "./workspace.ts";

interface CopyOptions extends CommonOptions {
  readonly to: "postgresql" | "sqlite";
}

export function addCopyCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("copy")
      .description("copy everything from the embedded database to PostgreSQL, or back")
      .addHelpText(
        "after",
        `
The two sides are those of the configuration: the embedded database in the data folder, and PostgreSQL at database.url
or DATABASE_URL. The source stays as it is, the target must be empty. Stop every server first: the copy lacks changes
that are made to the source meanwhile, and the comparison at the end reports them.

Tokens, sessions, people and applications keep working, because the server's key is copied too. The same command resumes
an interrupted copy. No server starts on the target until the copy is finished and the comparison finds it the same.

Examples:
  DATABASE_URL=postgres://tessera@db.example/tessera tessera copy --to postgresql
  tessera copy --to sqlite --data ./embedded --config /etc/tessera.toml`,
      ),
  )
    .addOption(
      new Option("--to <engine>", "where everything goes")
        .choices(["postgresql", "sqlite"])
        .makeOptionMandatory(),
    )
    .action((options: CopyOptions) => copy(options, io));
}

async function copy(options: CopyOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options, io);
  const postgres = postgresOptions(configuration);
  if (postgres === null) {
    throw new CommandError(
      `Say where PostgreSQL is: DATABASE_URL=postgres://user:password@host/database tessera copy --to ${options.to}`,
    );
  }
  if (options.to === "postgresql") requireDatabase(configuration);
  makeDataFolder(configuration);
  const lock = lockDataFolder(configuration, commandAt(io.clock));
  try {
    await withSides(postgres, configuration, options, async (source, target) => {
      const comparisons = await copyWithProgress(source, target, options, io);
      eventsOf(configuration, io).tell(operatorAct(), [{ event: "database.copied", via: options.to }]);
      report(comparisons, configuration, options, io);
    });
  } finally {
    lock.release();
  }
}

async function withSides(
  postgres: PostgresStoreOptions,
  configuration: Configuration,
  { to }: CopyOptions,
  work: (source: End, target: Target) => Promise<void>,
): Promise<void> {
  const file = databaseFile(configuration);
  const source = to === "sqlite" ? await openPostgresSource(postgres) : await openSqliteSource(file);
  try {
    const target = to === "sqlite" ? await openSqliteTarget(file) : await openPostgresTarget(postgres);
    try {
      await work(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

const BEGINNINGS = {
  new: null,
  resumed: "Resuming the interrupted copy.\n",
  restarted: "The previous copy differed from its source. Starting over.\n",
} as const satisfies Record<Parameters<CopyReport["started"]>[0], string | null>;

async function copyWithProgress(
  source: End,
  target: Target,
  { json }: CopyOptions,
  io: Io,
): Promise<Comparison[]> {
  const copying = startProgress(io, { label: "Copying  ", unit: "rows", json });
  const comparing = startProgress(io, { label: "Comparing", unit: "rows", json });
  try {
    return await copyAll(source, target, {
      started(how) {
        const words = BEGINNINGS[how];
        if (words !== null && !json) io.err(words);
      },
      copied: copying.show,
      compared(rows, all) {
        copying.end();
        comparing.show(rows, all);
      },
    });
  } finally {
    copying.end();
    comparing.end();
  }
}

function report(
  comparisons: readonly Comparison[],
  configuration: Configuration,
  { to, json }: CopyOptions,
  io: Io,
): void {
  const different = comparisons.filter(({ same }) => !same).map(({ source }) => source.table);
  if (json) printJson(io, { same: different.length === 0, tables: comparisons.map(describe) });
  else {
    printTable(
      io,
      ["table", "rows", "copied", "sha-256", ""],
      comparisons.map(({ source, target, same }) => [
        source.table,
        decimal(source.rows),
        decimal(target.rows),
        target.digest.slice(0, SHOWN_DIGITS),
        same ? "the same" : "different",
      ]),
    );
  }
  if (different.length > 0) {
    throw new CommandError(
      `${counted(different.length, "table")} changed in the source while it was copied: ${different.join(", ")}. No server starts on the copy. Stop everything that uses the source, then repeat the command: it starts over.`,
    );
  }
  if (json) return;
  const where = to === "sqlite" ? databaseFile(configuration) : databaseName(configuration);
  io.out(`\nEverything is in ${where} now, and the same as in the source.\n`);
  io.out(
    to === "sqlite"
      ? "From now on, start the server without database.url (and DATABASE_URL), never on PostgreSQL.\n"
      : "From now on, start the servers with this database.url, never on the data folder.\n",
  );
}

const SHOWN_DIGITS = 12;

const describe = ({ source, target, same }: Comparison) => ({
  table: source.table,
  same,
  source: { rows: source.rows, digest: source.digest },
  target: { rows: target.rows, digest: target.digest },
});
