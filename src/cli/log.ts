/** `tessera log`: who did what, and whether the record of it is whole. */
import type { Command } from "commander";
import {
  type AuditFilter,
  type AuditVerification,
  auditFacts,
  everyAudit,
  listAudit,
  parseSealText,
  sealText,
  verifyAudit,
} from "../operations/audit.ts";
import { findAccount, findAccountBySignInName } from "../operations/people.ts";
import { findServerKeys } from "../operations/server-key.ts";
import { isoTime } from "../platform/clock.ts";
import { asText } from "../platform/log.ts";
import { jsonText } from "../platform/printable.ts";
import type { SubjectId } from "../protocol/identifiers.ts";
import { type AuditFault, eventsOfKind } from "../rules/audit.ts";
import { type Actor, EVENT_TYPES, parseActor } from "../rules/events.ts";
import type { AuditRecord } from "../store/tables/records.ts";
import { CommandError } from "./command-error.ts";
import type { Io } from "./io.ts";
import { counted, decimal, localTime, printJson } from "./output.ts";
import { type CommonOptions, inWorkspace, type Workspace, withCommonOptions } from "./workspace.ts";

interface LogOptions extends CommonOptions {
  readonly client?: string;
  readonly person?: string;
  readonly by?: string;
  readonly kind?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly follow?: boolean;
  readonly verify?: boolean;
  readonly seal?: string;
}

const SHOWN = 100;

export function addLogCommand(program: Command, io: Io): void {
  withCommonOptions(
    program.command("log").description("show who did what, or verify that the record of it is whole"),
  )
    .option("--client <client_id>", "only acts on this client")
    .option("--person <name>", "only acts that concern this person: a user name, an address, or a subject")
    .option("--by <actor>", "only acts of: operator, operator:NAME, person:NAME, client:ID, server, stranger")
    .option("--kind <event>", "only this event, such as session.started, or a group of them, such as session")
    .option("--since <time>", "from this time on: 30m, 12h, 7d, 2026-11-30 or 2026-11-30T08:00:00Z")
    .option("--until <time>", "before this time")
    .option("--limit <number>", `how many of the latest at most (default: ${SHOWN}, or all with --since)`)
    .option("--follow", "go on with what happens from now on, until Ctrl+C")
    .option("--verify", "check the seals: whether acts were changed, removed or added afterwards")
    .option("--seal <seal>", "with --verify: a seal that an earlier --verify printed and that you kept")
    .addHelpText(
      "after",
      `
Each line is one act: when, which event, and by whom. "times" says that a line stands for several, such as wrong
passwords. Issues of tokens are recorded with audit.tokens = true only. Acts are kept for audit.seconds.
With --json, each line is one JSON object, for other programs and for archives.

--verify ends with status 0 if everything fits, and with 1 and the first stretch of time that does not. docs/audit.md
says what that proves.

Events: docs/operate.md lists them. For one refused request: tessera why REQUEST-ID

Examples:
  tessera log --since 24h
  tessera log --person ada --kind session
  tessera log --by operator --since 7d
  tessera log --client wiki --follow
  tessera log --since 2026-11-01 --json > november.jsonl
  tessera log --verify`,
    )
    .action((options: LogOptions) => log(options, io));
}

async function log(options: LogOptions, io: Io): Promise<void> {
  if (options.seal !== undefined && !options.verify) throw new CommandError("--seal belongs to --verify.");
  if (options.verify) return inWorkspace(options, io, {}, (workspace) => verify(workspace, options, io));
  const limit = limitOf(options);
  await inWorkspace(options, io, {}, async (workspace) => {
    const filter = await filterOf(workspace, options, io);
    const print = printer(workspace, options, io);
    let last: AuditRecord | null = null;
    const show = async (row: AuditRecord) => {
      await print(row);
      last = row;
    };
    if (limit === null) for await (const row of everyAudit(workspace, filter)) await show(row);
    else for (const row of (await listAudit(workspace, filter, { limit })).toReversed()) await show(row);
    if (options.follow) return follow(workspace, filter, last, print, io);
    if (last === null && !options.json) io.out(`${await nothingFound(workspace)}\n`);
  });
}

/** Null: all. */
function limitOf({ limit, since }: LogOptions): number | null {
  if (limit === undefined) return since === undefined ? SHOWN : null;
  const most = /^[0-9]{1,9}$/.test(limit) ? Number(limit) : 0;
  if (most >= 1) return most;
  throw new CommandError(`--limit is a number from 1 up, not '${limit}'.`);
}

const nothingFound = async (workspace: Workspace): Promise<string> =>
  (await listAudit(workspace, {}, { limit: 1 })).length === 0
    ? "Nothing is recorded yet."
    : "No act fits. Leave an option out, or begin earlier: --since 30d";

async function filterOf(workspace: Workspace, options: LogOptions, io: Io): Promise<AuditFilter> {
  const { client, person, by, kind, since, until } = options;
  const now = io.clock.seconds();
  if (kind !== undefined && eventsOfKind(kind).length === 0) {
    const groups = [...new Set(Object.keys(EVENT_TYPES).map((name) => name.split(".")[0]))];
    throw new CommandError(
      `There is no event '${kind}'. Groups of events: ${groups.join(", ")}. docs/operate.md lists all events.`,
    );
  }
  return {
    client,
    subject: person === undefined ? undefined : await subjectOf(workspace, person),
    actor: by === undefined ? undefined : await actorOf(workspace, by),
    kind,
    since: since === undefined ? undefined : readTime("--since", since, now),
    until: until === undefined ? undefined : readTime("--until", until, now),
  };
}

/** The record outlives people, so a subject need not be one of an account. */
async function subjectOf(workspace: Workspace, name: string): Promise<string> {
  const account = await findAccountBySignInName(workspace, name);
  if (account !== null) return account.subject;
  if (name.startsWith("acc_")) return name;
  throw new CommandError(
    `There is no person with the user name or e-mail address '${name}'. If the account was removed, write its subject: tessera log --kind person.removed`,
  );
}

async function actorOf(workspace: Workspace, by: string): Promise<Partial<Actor>> {
  const actor = parseActor(by);
  if (actor === null) {
    throw new CommandError(
      `'${by}' is no actor. Write operator, operator:NAME, person:NAME, client:ID, server or stranger.`,
    );
  }
  const { kind, id } = actor;
  return kind === "person" && id != null ? { kind, id: await subjectOf(workspace, id) } : actor;
}

const UNITS = { m: 60, h: 3600, d: 86_400 } as const;

/** A time that lies so far back, or a date. Throws CommandError for another text. */
function readTime(option: string, text: string, now: number): number {
  const [, digits = "", unit = ""] = /^([0-9]{1,6})([mhd])$/.exec(text) ?? [];
  if (unit !== "") return now - Number(digits) * UNITS[unit as keyof typeof UNITS];
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/.test(text);
  const millis =
    isDay || isTime ? Date.parse(isDay ? `${text}T00:00:00` : text.replace(" ", "T")) : Number.NaN;
  if (Number.isFinite(millis)) return Math.floor(millis / 1000);
  throw new CommandError(
    `'${text}' is no time for ${option}. Write 30m, 12h or 7d for so long ago, or 2026-11-30 or 2026-11-30T08:00:00Z.`,
  );
}

type Show = (row: AuditRecord) => Promise<void>;

/** Prints a row. People read names, programs subjects. */
function printer(workspace: Workspace, { json }: LogOptions, io: Io): Show {
  if (json) return async (row) => io.out(`${jsonText(auditFacts(row))}\n`);
  const names = new Map<string, string>();
  const nameOf = async (subject: string): Promise<string> => {
    const known =
      names.get(subject) ?? (await findAccount(workspace, subject as SubjectId))?.username ?? subject;
    names.set(subject, known);
    return known;
  };
  return async (row) => {
    io.out(await auditLine(row, nameOf));
  };
}

/** One line. No text of a stranger can end it, forge a field or reach the terminal. */
export async function auditLine(
  row: AuditRecord,
  nameOf: (subject: string) => Promise<string>,
): Promise<string> {
  const { id: _, level: __, time: ___, event, subject, by, ...rest } = auditFacts(row);
  const { actorKind, actorId } = row;
  const actor = actorKind === "person" && actorId !== null ? `person:${await nameOf(actorId)}` : by;
  const person = subject === undefined ? undefined : await nameOf(String(subject));
  return `${isoTime(row.at)} ${event}${asText({ by: actor, person, ...rest })}\n`;
}

const FOLLOW_MILLIS = 1000;
/** A commit may become visible later than one with a later identifier. */
const OVERLAP_SECONDS = 15;

/** `last`: the last row that was shown; null if none fits so far. */
async function follow(
  workspace: Workspace,
  filter: AuditFilter,
  last: AuditRecord | null,
  show: Show,
  io: Io,
): Promise<void> {
  let seen: Map<string, number> | null = null;
  for (;;) {
    const since = Math.max(filter.since ?? 0, io.clock.seconds() - OVERLAP_SECONDS);
    const known: Map<string, number> = seen ?? new Map();
    for await (const row of everyAudit(workspace, { ...filter, since })) {
      const id = row.id.toHex();
      const wasThere = seen === null && last !== null && Buffer.compare(row.id, last.id) <= 0;
      if (!known.has(id) && !wasThere) await show(row);
      known.set(id, row.at);
    }
    seen = new Map([...known].filter(([, at]) => at >= since - OVERLAP_SECONDS));
    await io.sleep(FOLLOW_MILLIS);
  }
}

// ── verify ─────────────────────────────────────────────────────────────────────────────────────────────────

const FAULTS: Readonly<Record<AuditFault, string>> = {
  seal_changed: "the seal itself was changed, or it was made with another server key (docs/server-key.md)",
  seal_missing: "a seal before it is gone or was replaced",
  beginning_missing: "the seals before it were removed before their time",
  end_missing: "the seal that you kept is gone, and all after it",
  other_record: "the seal that you kept is another one: the record was made anew",
  rows_missing: "acts were removed",
  rows_added: "acts were added afterwards, or the clock was set back",
  rows_changed: "acts were changed",
};

async function verify(workspace: Workspace, { seal, json }: LogOptions, io: Io): Promise<void> {
  const kept = seal === undefined ? null : parseSealText(seal);
  if (seal !== undefined && kept === null) {
    throw new CommandError(`'${seal}' is no seal. It looks like 12:3f…, as tessera log --verify prints it.`);
  }
  const { keys } = await findServerKeys(workspace);
  const found = await verifyAudit({ ...workspace, keys }, kept);
  const { fault, last, sealedUntil } = found;
  if (json) printJson(io, verificationFacts(found));
  if (fault !== null) {
    const rows =
      fault.found === null
        ? ""
        : ` There were ${decimal(fault.sealed)} acts, and are ${decimal(fault.found)}.`;
    throw new CommandError(
      [
        `The record does not fit its seals, first from ${localTime(fault.from)} to ${localTime(fault.until)} (seal ${fault.number}): ${FAULTS[fault.what]}.${rows}`,
        "  What to do: keep the database as it is, and compare it with a backup from before that time (docs/audit.md).",
      ].join("\n"),
    );
  }
  if (json) return;
  if (last === null || sealedUntil === null) {
    return io.out("Nothing is sealed yet. A running server seals acts within half an hour.\n");
  }
  io.out(
    `The record fits: ${counted(found.seals, "seal")}, ${decimal(found.rows)} acts, all before ${localTime(sealedUntil)}.\n\nThe last seal:\n  ${sealText(last)}\n\nKeep it outside of this machine. Later it proves that nothing up to here was cut off or made anew:\n  tessera log --verify --seal ${sealText(last)}\n`,
  );
}

const verificationFacts = ({ seals, rows, sealedUntil, last, fault }: AuditVerification) => ({
  fits: fault === null,
  seals,
  acts: rows,
  sealed_until: sealedUntil === null ? null : isoTime(sealedUntil),
  last_seal: last === null ? null : sealText(last),
  fault:
    fault === null
      ? null
      : {
          what: fault.what,
          seal: fault.number,
          from: isoTime(fault.from),
          until: isoTime(fault.until),
          sealed: fault.sealed,
          found: fault.found,
        },
});
