/** `tessera apply` and `tessera export`: groups, people and clients as a file. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { parse, stringify, TomlError } from "smol-toml";
import {
  type ApplyContext,
  ApplyError,
  type ApplyFile,
  type Difference,
  exportFile,
  type PlannedChange,
  planApply,
  readApplyFile,
} from "../api/apply.ts";
import { jsonText } from "../platform/printable.ts";
import { decodeUtf8 } from "../platform/text-bytes.ts";
import { parseIssuer } from "../protocol/issuer.ts";
import { authorityOfOperator } from "../rules/role.ts";
import { CommandError, ExitStatus } from "./command-error.ts";
import type { Io } from "./io.ts";
import { printJson, showOnce } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface ApplyOptions extends CommonOptions {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
}

interface ExportOptions extends CommonOptions {
  readonly format?: string;
}

/** The exit code of a dry run that found something to do. */
const WOULD_CHANGE = 2;

export function addApplyCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("apply")
      .description("make the groups, people and clients of a file, and change those that differ"),
  )
    .requiredOption("-f, --file <file>", "the file, in TOML or JSON; - for standard input")
    .option("--dry-run", "show what would change, and change nothing")
    .option("--prune", "also remove what is not in the file, of the kinds that it names")
    .addHelpText(
      "after",
      `
The file has [[groups]], [[people]] and [[clients]] with the members of the management API (docs/api.md). A member that it
does not name stays as it is; "" or an empty list takes a value away. Applying the same file again changes nothing.

A new client with a secret gets one, which is printed once. A new person has no password: tessera user reset-link ADA

--prune leaves alone what the configuration declares and clients that registered themselves. Scopes and resources belong
to the configuration.

Exit status: 0, or with --dry-run 2 if something would change; 1 for a mistake, and then nothing was changed.

Examples:
  tessera export > tessera-data.toml
  tessera apply -f tessera-data.toml --dry-run
  tessera apply -f tessera-data.toml --prune`,
    )
    .action((options: ApplyOptions) => applyFromFile(options, io));
}

export function addExportCommand(program: Command, io: Io): void {
  withCommonOptions(
    program
      .command("export")
      .description("print the groups, people and clients in the form of tessera apply"),
  )
    .addHelpText(
      "after",
      `
It has no secrets, passwords, passkeys or pictures: it is no backup (tessera backup). It leaves out what the configuration
declares and clients that registered themselves. It prints TOML, and JSON with --json.

Example:
  tessera export > tessera-data.toml`,
    )
    .action((options: ExportOptions) => exportAll(options, io));
}

const contextOf = (workspace: Workspace): ApplyContext => ({
  ...workspace,
  issuer: parseIssuer(workspace.configuration.issuer),
});

/** As TOML that a terminal can show: its texts have escapes for what a terminal would obey. */
const tomlText = (content: Record<string, unknown>): string =>
  stringify(content).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (unseen) =>
    /\p{Cs}/u.test(unseen)
      ? unseen
      : `\\U${(unseen.codePointAt(0) ?? 0).toString(16).padStart(8, "0").toUpperCase()}`,
  );

async function exportAll(options: ExportOptions, io: Io): Promise<void> {
  await inWorkspace(options, io, {}, async (workspace) => {
    const content = await exportFile(contextOf(workspace));
    if (options.json) return printJson(io, content);
    io.out(`${tomlText(content)}\n`);
  });
}

async function readText(file: string, io: Io): Promise<string> {
  if (file === "-") return io.readStdin();
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new CommandError(`The file ${file} cannot be read.`);
  }
  const text = decodeUtf8(bytes);
  if (typeof text === "string") return text;
  throw new CommandError(`${file}:${text.line}:${text.column}: this is not UTF-8.`);
}

/** JSON begins with a brace, and no TOML does. */
function parseText(text: string): unknown {
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      throw new CommandError("The file is not valid JSON.");
    }
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new CommandError(`Line ${error.line}, column ${error.column}: this is not TOML.`);
  }
}

async function readFile(file: string, io: Io): Promise<ApplyFile> {
  const read = readApplyFile(parseText(await readText(file, io)));
  if (typeof read === "string") throw new CommandError(read);
  return read;
}

async function applyFromFile(options: ApplyOptions, io: Io): Promise<void> {
  const file = await readFile(options.file, io);
  const { dryRun = false, prune = false } = options;
  await inWorkspace(options, io, { mayCreate: !dryRun }, async (workspace) => {
    try {
      await apply(workspace, file, { dryRun, prune, isJson: options.json ?? false }, io);
    } catch (error) {
      throw error instanceof ApplyError ? new CommandError(error.message) : error;
    }
  });
}

async function apply(
  workspace: Workspace,
  file: ApplyFile,
  { dryRun, prune, isJson }: { readonly dryRun: boolean; readonly prune: boolean; readonly isJson: boolean },
  io: Io,
): Promise<void> {
  const authority = authorityOfOperator(workspace.act);
  const plan = await planApply(contextOf(workspace), authority, file, { prunes: prune });
  const secrets: Record<string, string> = {};
  for (const change of plan) {
    if (!isJson) io.out(linesOf(change));
    if (dryRun) continue;
    const secret = await change.carryOut();
    if (secret === null) continue;
    secrets[change.name] = secret;
    if (!isJson) io.out(showOnce("secret", secret));
  }
  if (isJson) printJson(io, { changes: plan.map(describeChange), applied: !dryRun, client_secrets: secrets });
  else io.out(summaryOf(plan, dryRun));
  if (dryRun && plan.length > 0) throw new ExitStatus(WOULD_CHANGE);
}

const SIGNS = { add: "+", change: "~", remove: "-" } as const;

const written = (value: unknown): string => jsonText(value ?? null);

const differenceWords = ({ member, before, after }: Difference): string =>
  before === undefined
    ? `    ${member}: ${written(after)}\n`
    : `    ${member}: ${written(before)} → ${written(after)}\n`;

const linesOf = ({ action, kind, name, differences }: PlannedChange): string =>
  `${SIGNS[action]} ${kind} ${name}\n${differences.map(differenceWords).join("")}`;

function summaryOf(plan: readonly PlannedChange[], isDryRun: boolean): string {
  if (plan.length === 0) return "Everything is as the file says.\n";
  const count = (action: PlannedChange["action"]) => plan.filter((change) => change.action === action).length;
  const [adds, changes, removes] = [count("add"), count("change"), count("remove")];
  return isDryRun
    ? `${adds} to add, ${changes} to change, ${removes} to remove. Nothing was changed.\n`
    : `${adds} added, ${changes} changed, ${removes} removed.\n`;
}

const describeChange = ({ action, kind, name, differences }: PlannedChange) => ({
  action,
  kind,
  name,
  members: Object.fromEntries(
    differences.map(({ member, before, after }) => [
      member,
      { before: before ?? null, after: after ?? null },
    ]),
  ),
});
