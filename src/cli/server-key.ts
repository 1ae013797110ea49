/** `tessera server-key …`: the server's own secret, and the former ones that still count. */
import type { Command } from "commander";
import {
  type FormerNeed,
  findFormerNeeds,
  findServerKey,
  findServerKeys,
  resealAll,
  rotateServerKey,
} from "../operations/server-key.ts";
import { isoTime } from "../platform/clock.ts";
import { isEmbedded, openStore } from "../store/open.ts";
import { CommandError } from "./command-error.ts";
import { commandAt, lockDataFolder } from "./data-folder.ts";
import type { Io } from "./io.ts";
import { operatorAct } from "./operator.ts";
import { counted, localTime, printJson, printTable } from "./output.ts";
import {
  type CommonOptions,
  eventsOf,
  inWorkspace,
  readConfiguration,
  type Workspace,
  withCommonOptions,
} from "./workspace.ts";

interface RotateOptions extends CommonOptions {
  readonly allStopped?: boolean;
}

export function addServerKeyCommands(program: Command, io: Io): void {
  const key = program
    .command("server-key")
    .description("rotate the server's own secret, and see which former ones still count")
    .addHelpText(
      "after",
      `
It is not the key that signs tokens: see tessera key --help. docs/server-key.md says what depends on it.

Examples:
  tessera server-key list
  tessera server-key rotate`,
    );

  withCommonOptions(
    key.command("list").description("list the key in use and the former ones, and what needs each"),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  tessera server-key list\n  tessera server-key list --json | jq '.former | length'",
    )
    .action((options: CommonOptions) => listKeys(options, io));

  withCommonOptions(
    key
      .command("rotate")
      .description("put a new key in the place of the one in use; all servers must be stopped"),
  )
    .option("--all-stopped", "no server runs on this PostgreSQL database: it cannot be seen from here")
    .addHelpText(
      "after",
      `
Nothing is lost: the former key stays for what it sealed and for what people keep, and goes by itself when nothing needs
it. Pages that are open must be reloaded, and a device that waits must ask for a new code. If the command is interrupted,
either the old key or the new one is in use, and all works.

With server_key in the configuration: put a new value there and the present one into former_server_keys first.

Examples:
  tessera server-key rotate
  DATABASE_URL=postgres://… tessera server-key rotate --all-stopped`,
    )
    .action((options: RotateOptions) => rotate(options, io));
}

const NEEDS: Readonly<Record<FormerNeed, string>> = {
  names: "names of people and sessions",
  recovery_codes: "recovery codes",
  known_browsers: "known browsers",
  audit_seals: "seals of the record (tessera log)",
};

const shortPrint = (fingerprint: Uint8Array): string => Buffer.from(fingerprint).toString("hex").slice(0, 16);

async function listKeys(options: CommonOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const current = await findServerKey(workspace);
    if (current === null) {
      if (options.json) printJson(io, { current: null, former: [] });
      else io.out("There is no key yet. The server makes it when it starts.\n");
      return;
    }
    const former = await findFormerNeeds(workspace);
    const since = former[0]?.key.retiredAt ?? null;
    const places = { held: "database", configured: "configuration" } as const;
    const placeOf = (secret: Uint8Array | null) => (secret === null ? places.configured : places.held);
    if (options.json) {
      printJson(io, {
        current: {
          fingerprint: shortPrint(current.fingerprint),
          kept_in: placeOf(current.secret),
          since: since === null ? null : isoTime(since),
        },
        former: former.map(({ key, needs }) => ({
          fingerprint: shortPrint(key.fingerprint),
          kept_in: placeOf(key.secret),
          until: isoTime(key.retiredAt ?? 0),
          needed_by: needs,
        })),
      });
      return;
    }
    printTable(
      io,
      ["FINGERPRINT", "KEPT IN", "STATE", "NEEDED BY"],
      [
        [
          shortPrint(current.fingerprint),
          placeOf(current.secret),
          since === null ? "in use" : `in use since ${localTime(since)}`,
          "everything",
        ],
        ...former.map(({ key, needs }) => [
          shortPrint(key.fingerprint),
          placeOf(key.secret),
          `former, until ${localTime(key.retiredAt ?? 0)}`,
          needs.length === 0 ? "what is not sealed anew yet" : needs.map((need) => NEEDS[need]).join(", "),
        ]),
      ],
    );
  });
}

async function rotate(options: RotateOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options, io);
  if (!isEmbedded(configuration)) {
    if (options.allStopped !== true) {
      throw new CommandError(
        "Stop every node first: one that runs would not know the new key. Nodes on PostgreSQL cannot be seen from here, so say that none runs: --all-stopped",
      );
    }
    return rotateOn(options, io);
  }
  // Looks before it takes the lock, which would make the folder.
  await inWorkspace(options, io, {}, async () => {});
  const lock = lockDataFolder(configuration, commandAt(io.clock));
  try {
    await rotateOn(options, io);
  } finally {
    lock.release();
  }
}

async function rotateOn(options: RotateOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options, io);
  const store = await openStore(configuration, { create: false });
  try {
    const context: Pick<Workspace, "configuration" | "store" | "random" | "clock"> = {
      configuration,
      store,
      random: io.random,
      clock: io.clock,
    };
    if (!(await rotateServerKey(context))) {
      throw new CommandError("There is no key yet. The server makes it when it starts: tessera serve");
    }
    eventsOf(configuration, io).tell(operatorAct(), [{ event: "server_key.rotated" }]);
    const { keys } = await findServerKeys(context);
    const done = await resealAll({ ...context, keys });
    if (options.json) {
      printJson(io, {
        rotated: true,
        signing_keys: done.signingKeys,
        apps: done.apps,
        mails: done.mails,
        forgotten: done.forgotten,
      });
      return;
    }
    const what = [
      counted(done.signingKeys, "signing key"),
      `${counted(done.apps, "secret")} of apps for one-time passwords`,
      counted(done.mails, "waiting mail"),
    ].join(", ");
    io.out(`A new key is in use. Sealed anew: ${what}.\n`);
    io.out("  - The former key stays for what still needs it: tessera server-key list\n");
    io.out("  - Pages that are open must be reloaded.\n");
    io.out("  - Backups that were made before have the former key. Make a new one: tessera backup\n");
    io.out("Start the servers.\n");
  } finally {
    await store.close();
  }
}
