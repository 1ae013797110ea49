/** The command line as a whole: its commands, and how errors and help look. */
import { Command, CommanderError } from "commander";
import { printableLines } from "../platform/printable.ts";
import { ExitStatus } from "./command-error.ts";
import { describeFailure } from "./failure.ts";
import { requireDashes } from "./forgotten-dashes.ts";
import type { Io } from "./io.ts";

/** Runs one command. Returns the exit code: 0, 1 for a failure, 2 for an invalid command line, or the one that a command chose. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  try {
    requireDashes(args, io.env);
    const { version } = await import("../../package.json");
    const program = await createProgram(io, version, args[0]);
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof ExitStatus) return error.code;
    // Commander has already written the message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(`${printableLines(describeFailure(error))}\n`);
    if (io.env.DEBUG && error instanceof Error) io.err(`${printableLines(error.stack ?? error.message)}\n`);
    return 1;
  }
}

type AddCommand = (program: Command, io: Io) => void;

/** In the order of the help. Each is loaded only when needed, so a server does not wait for files of `login`. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  serve: async () => (await import("./serve.ts")).addServeCommand,
  status: async () => (await import("./status.ts")).addStatusCommand,
  doctor: async () => (await import("./doctor.ts")).addDoctorCommand,
  health: async () => (await import("./health.ts")).addHealthCommand,
  user: async () => (await import("./user.ts")).addUserCommands,
  group: async () => (await import("./group.ts")).addGroupCommands,
  session: async () => (await import("./session.ts")).addSessionCommands,
  client: async () => (await import("./client.ts")).addClientCommands,
  claims: async () => (await import("./claims.ts")).addClaimsCommands,
  resource: async () => (await import("./resource.ts")).addResourceCommands,
  recipe: async () => (await import("./recipe.ts")).addRecipeCommands,
  grant: async () => (await import("./grant.ts")).addGrantCommands,
  token: async () => (await import("./token.ts")).addTokenCommands,
  key: async () => (await import("./key.ts")).addKeyCommands,
  "server-key": async () => (await import("./server-key.ts")).addServerKeyCommands,
  find: async () => (await import("./search.ts")).addFindCommand,
  log: async () => (await import("./log.ts")).addLogCommand,
  why: async () => (await import("./why.ts")).addWhyCommand,
  issuer: async () => (await import("./issuer.ts")).addIssuerCommands,
  mail: async () => (await import("./mail.ts")).addMailCommands,
  webhook: async () => (await import("./webhook.ts")).addWebhookCommands,
  apply: async () => (await import("./apply.ts")).addApplyCommand,
  export: async () => (await import("./apply.ts")).addExportCommand,
  login: async () => (await import("./login.ts")).addLoginCommand,
  config: async () => (await import("./config.ts")).addConfigCommands,
  backup: async () => (await import("./backup.ts")).addBackupCommand,
  restore: async () => (await import("./restore.ts")).addRestoreCommand,
  copy: async () => (await import("./copy.ts")).addCopyCommand,
  completion: async () => {
    const { addCompletionCommand } = await import("./completion.ts");
    return (program, io) =>
      addCompletionCommand(program, io, () => createProgram(io, program.version() ?? "", undefined));
  },
  worker: async () => (await import("./worker.ts")).addWorkerCommand,
  picture: async () => (await import("./picture.ts")).addPictureCommand,
};

/** The command with the name; all of them if there is none, for help and for suggestions. */
async function loadCommands(named = ""): Promise<AddCommand[]> {
  const loads = Object.hasOwn(COMMANDS, named) ? [COMMANDS[named]] : Object.values(COMMANDS);
  return Promise.all(loads.flatMap((load) => load?.() ?? []));
}

/** With the command of this name, or with all commands. */
export async function createProgram(io: Io, version: string, named: string | undefined): Promise<Command> {
  const program = new Command("tessera")
    .description("A self-hosted OAuth 2.0 and OpenID Connect server.")
    .version(version, "-v, --version", "print the version")
    // An option behind the name of a command is that command's, also where the command before it has one of that name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(capitalize(text)),
    })
    .addHelpText(
      "after",
      `
Examples:
  tessera serve --demo          try every flow on http://localhost:8080
  tessera user add ada          add a person
  tessera client add --help     add an application, with examples for each kind
  tessera recipe list           the applications that this server knows
  tessera login                 get a token by the device flow`,
    );
  for (const add of await loadCommands(named)) add(program, io);
  nameHelp(program, "tessera");
  return program;
}

/** After a mistake, each command says how to get its own help. */
function nameHelp(command: Command, words: string): void {
  command.showHelpAfterError(`Help: ${words} --help`);
  for (const child of command.commands) nameHelp(child, `${words} ${child.name()}`);
}

const capitalize = (text: string): string =>
  text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase());
