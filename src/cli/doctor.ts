/** `tessera doctor`: checks a deployment from inside and outside, and says how to cure what it finds. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { parse } from "smol-toml";
import type { Configuration } from "../configuration/schema.ts";
import { secretsOfFile } from "../configuration/secrets.ts";
import { configurationFile } from "../configuration/sources.ts";
import { smtpOf } from "../mails/parts.ts";
import {
  type CheckContext,
  type CheckState,
  type Finding,
  failure,
  type KnownServer,
  type NamedFile,
} from "../operations/checks/check.ts";
import { selfTested } from "../operations/checks/contexts.ts";
import { CHECKS, type CheckResult, checksNamed, runChecks, worstOf } from "../operations/checks/index.ts";
import { createKeyFiles } from "../operations/key-files.ts";
import { findServerKeys } from "../operations/server-key.ts";
import { createTrustedIssuers } from "../operations/trusted-issuers.ts";
import { systemSteadyClock } from "../platform/clock.ts";
import { createLog } from "../platform/log.ts";
import { createOutbound } from "../platform/outbound.ts";
import { readPeerCertificate } from "../platform/peer-certificate.ts";
import { printable } from "../platform/printable.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { isEmbedded } from "../store/open.ts";
import { CommandError, ExitStatus } from "./command-error.ts";
import { runningServer } from "./data-folder.ts";
import { describeFailure } from "./failure.ts";
import type { Io } from "./io.ts";
import { counted, printJson } from "./output.ts";
import { requireStartable } from "./start-checks.ts";
import {
  type CommonOptions,
  inWorkspace,
  readConfiguration,
  type Workspace,
  withCommonOptions,
} from "./workspace.ts";

interface DoctorOptions extends CommonOptions {
  readonly all?: boolean;
}

export function addDoctorCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("doctor [check...]")
      .description("check the deployment from inside and outside, and say how to cure what is wrong"),
  )
    .option("--all", "show skipped checks too")
    .addHelpText(
      "after",
      `
It asks the server at the issuer's address, looks at the database, the disk, files and settings, and changes nothing.
Run it on the machine of the server, as its user. docs/doctor.md says what each check means.

Name checks to run only those: tls.certificate, or tls.* for a group.

Exit status, for monitoring:
  0  all is well, or deserves no more than a note
  1  there are warnings: it works, and it will not, or it is unsafe
  2  something fails now, or the configuration or the database cannot be used

Examples:
  tessera doctor
  tessera doctor 'tls.*' backup.age
  tessera doctor --json | jq -r '.checks[] | select(.state == "failure").id'

See also: tessera status`,
    )
    .action((names: readonly string[], options: DoctorOptions) =>
      examine(names, options, io, program.version() ?? ""),
    );
}

async function examine(
  names: readonly string[],
  options: DoctorOptions,
  io: Io,
  program: string,
): Promise<void> {
  const which = names.length === 0 ? CHECKS : checksNamed(names);
  if (which === null) {
    throw new CommandError(`There is no such check. The checks: ${CHECKS.map(({ id }) => id).join(", ")}`);
  }
  const { issuer, checks } = await results(which, options, io, program);
  const state = worstOf(checks.map((check) => check.state));
  if (options.json) printJson(io, { state, program, issuer, checks });
  else print(checks, options, io);
  if (state === "failure") throw new ExitStatus(2);
  if (state === "warning") throw new ExitStatus(1);
}

interface Results {
  /** Null if the configuration cannot be read. */
  readonly issuer: string | null;
  readonly checks: readonly CheckResult[];
}

/** A configuration or a database that cannot be used is a result like the others, so that monitoring learns of it. */
async function results(
  which: NonNullable<ReturnType<typeof checksNamed>>,
  options: DoctorOptions,
  io: Io,
  program: string,
): Promise<Results> {
  let configuration: Configuration;
  try {
    configuration = readConfiguration(options, io);
    await requireStartable(configuration);
  } catch (error) {
    const finding = failure(describeFailure(error), "Correct it, and look again: tessera config check");
    return { issuer: null, checks: [only("configuration", "Configuration", finding)] };
  }
  const { issuer } = configuration;
  try {
    return await inWorkspace(options, io, {}, async (workspace) => {
      const context = await contextOf(workspace, options, io, program);
      return { issuer: context.issuer.identifier, checks: await runChecks(context, which) };
    });
  } catch (error) {
    const finding = failure(describeFailure(error), "Without the database nothing else is checked.");
    return { issuer, checks: [only("database", "Database", finding)] };
  }
}

const only = (id: string, title: string, finding: Finding): CheckResult => ({
  id,
  title,
  state: finding.state,
  findings: [finding],
});

async function contextOf(
  workspace: Workspace,
  options: DoctorOptions,
  io: Io,
  program: string,
): Promise<CheckContext> {
  const { configuration, store, clock, random } = workspace;
  const holder = runningServer(configuration);
  const server: KnownServer | null | undefined = isEmbedded(configuration) ? holder : undefined;
  // With port 0 only the running server knows its issuer.
  const issuer = parseIssuer(holder?.issuer ?? configuration.issuer);
  const { keys } = await findServerKeys({ configuration, store, random });
  const { fetch } = io;
  return {
    configuration,
    issuer,
    store,
    clock,
    keys,
    keyFiles: createKeyFiles(configuration.signing.key_files),
    program,
    fetch,
    see: selfTested({ configuration, issuer, keys, clock, random, fetch }),
    peerCertificate: readPeerCertificate,
    openSmtp: configuration.mail === undefined ? null : smtpOf(configuration, configuration.mail),
    trustedIssuers: createTrustedIssuers({
      configuration,
      outbound: createOutbound({
        allow: configuration.outbound.allow,
        timeoutMillis: configuration.outbound.timeout_seconds * 1000,
      }),
      steadyClock: systemSteadyClock,
      log: createLog({ level: "silent", format: "text", write: () => {} }),
    }),
    server,
    files: secretFiles(options, io),
  };
}

/** The configuration file, if a secret stands in it, and the files that it and variables name. */
function secretFiles(options: DoctorOptions, { env }: Io): NamedFile[] {
  const file = configurationFile(options, env);
  const { areWritten, files } = secretsOfFile(file === null ? {} : parse(readFileSync(file, "utf8")), env);
  const ofVariables = Object.entries(env).filter(
    ([name]) => /^(TESSERA_|DATABASE_URL).*_FILE$/.test(name) && !name.startsWith("TESSERA_TEST"),
  );
  return [
    ...(file !== null && areWritten ? [{ file, what: "the configuration file, which has secrets," }] : []),
    ...files.map((each) => ({ file: each, what: "the file of a secret" })),
    ...ofVariables.flatMap(([name, path]) =>
      path === undefined || files.includes(path) ? [] : [{ file: path, what: `the file of ${name}` }],
    ),
  ];
}

const MARKS: Readonly<Record<CheckState, string>> = {
  ok: "ok",
  note: "note",
  warning: "WARNING",
  failure: "FAILURE",
  skipped: "skipped",
};

const MARK_WIDTH = 9;

function print(checks: readonly CheckResult[], { all = false }: DoctorOptions, io: Io): void {
  for (const { id, title, findings } of checks) {
    for (const { state, words, cure } of findings) {
      if (state === "skipped" && !all) continue;
      io.out(
        `${MARKS[state].padEnd(MARK_WIDTH)}${title}: ${printable(words)}${state === "ok" ? "" : ` [${id}]`}\n`,
      );
      if (cure !== null) io.out(`${" ".repeat(MARK_WIDTH)}${printable(cure)}\n`);
    }
  }
  const inState = (wanted: CheckState) => checks.filter(({ state }) => state === wanted).length;
  const parts = [
    inState("failure") > 0 ? counted(inState("failure"), "failure") : null,
    inState("warning") > 0 ? counted(inState("warning"), "warning") : null,
  ].filter((part) => part !== null);
  const skippedWords =
    inState("skipped") > 0 && !all ? ` ${inState("skipped")} skipped: --all shows them.` : "";
  io.out(
    `\n${parts.length === 0 ? "All is well." : `${parts.join(", ")}. docs/doctor.md says more of each.`}${skippedWords}\n`,
  );
}
